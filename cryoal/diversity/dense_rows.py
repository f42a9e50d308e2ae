"""Rows that are there."""

from __future__ import annotations

import torch
from torch import Tensor

from cryoal.diversity.rows import squares_from_products


class DenseRows:
    """Vectors kept as a matrix (``Rows``).

    Args:
        points: (n, d) float32, finite.
    """

    def __init__(self, points: Tensor) -> None:
        self.points = points
        self.norms = squared_lengths(points)

    def __len__(self) -> int:
        return len(self.points)

    @property
    def squared_norms(self) -> Tensor:
        """Squared lengths (n,)."""
        return self.norms

    def squared_distances(self, rows: Tensor, others: Tensor) -> Tensor:
        """Squared distances (r, o) of the rows at ``rows`` (r,) to those at ``others`` (o,)."""
        products = self.points[rows] @ self.points[others].T
        return squares_from_products(self.norms[rows, None], self.norms[others], products)


def squared_lengths(points: Tensor) -> Tensor:
    """Squared lengths (n,) of the rows (n, d), without a second matrix of that size."""
    lengths: Tensor = torch.linalg.vector_norm(points, dim=1)
    return lengths.square_()
