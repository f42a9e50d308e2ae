"""Rows whose distances count for more or less."""

from __future__ import annotations

from torch import Tensor

from cryoal.diversity.rows import Rows


class WeightedRows:
    """Rows from which squared distances are multiplied by a weight of the row (``Rows``).

    What is multiplied is the distance from the row to anything else, not the row itself, so that
    the distance of two rows depends on which of them it is seen from.

    Args:
        rows: n vectors.
        weights: (n,) finite, none negative.
    """

    def __init__(self, rows: Rows, weights: Tensor) -> None:
        self.rows = rows
        self.weights = weights

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def squared_norms(self) -> Tensor:
        """Weighted squared lengths (n,)."""
        return self.weights * self.rows.squared_norms

    def squared_distances(self, rows: Tensor, others: Tensor) -> Tensor:
        """Weighted squared distances (r, o) seen from ``rows`` (r,) to ``others`` (o,)."""
        return self.rows.squared_distances(rows, others) * self.weights[rows, None]
