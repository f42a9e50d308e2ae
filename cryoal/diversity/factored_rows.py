"""Rows that are outer products, kept as their factors."""

from __future__ import annotations

from torch import Tensor

from cryoal.diversity.dense_rows import squared_lengths
from cryoal.diversity.rows import squares_from_products


class FactoredRows:
    """Row i is the outer product ``left[i] x right[i]``, which is never made (``Rows``).

    Inner products of outer products factorise, (p x h)(p' x h') = (p p')(h h'), so that a distance
    costs C + d products, not C d.

    Args:
        left: (n, C) float32, finite.
        right: (n, d) float32, finite.
    """

    def __init__(self, left: Tensor, right: Tensor) -> None:
        self.left = left
        self.right = right
        self.norms = squared_lengths(left) * squared_lengths(right)

    def __len__(self) -> int:
        return len(self.left)

    @property
    def squared_norms(self) -> Tensor:
        """Squared lengths (n,)."""
        return self.norms

    def squared_distances(self, rows: Tensor, others: Tensor) -> Tensor:
        """Squared distances (r, o) of the rows at ``rows`` (r,) to those at ``others`` (o,)."""
        products = self.left[rows] @ self.left[others].T
        products *= self.right[rows] @ self.right[others].T
        return squares_from_products(self.norms[rows, None], self.norms[others], products)
