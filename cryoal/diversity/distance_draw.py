"""Draws of rows by their distance to those already taken."""

from __future__ import annotations

import torch
from torch import Tensor

from cryoal.diversity.rows import Rows


class DistanceDraw:
    """How far each row is from the nearest one taken, and draws by that.

    The origin counts as taken from the start, so that no row is farther than it is long. Memory:
    two numbers a row.

    Args:
        rows: what is drawn from.
        seed: of every draw.
    """

    def __init__(self, rows: Rows, seed: int) -> None:
        self.rows = rows
        self.generator = torch.Generator().manual_seed(seed)
        self.distances = rows.squared_norms
        self.left = torch.ones(len(rows), dtype=torch.bool)

    def take(self, row: int) -> None:
        """Count ``row`` as taken."""
        to_row = self.rows.squared_distances(row)
        self.distances = torch.minimum(self.distances, to_row)
        self.left[row] = False

    def farthest(self, among: Tensor) -> int:
        """The farthest of the rows ``among`` (m,), m > 0; ties by draw."""
        distances = self.distances[among]
        return self.uniform(among[distances == distances.max()])

    def by_distance(self, among: Tensor) -> int:
        """One of the rows ``among`` (m,), m > 0, with odds by squared distance.

        Where all of them equal rows that are taken, each is as likely.
        """
        # In double precision, in which very many small shares still add up.
        sums = self.distances[among].double().cumsum(0)
        if sums[-1] <= 0:
            return self.uniform(among)
        point = sums[-1] * torch.rand((), generator=self.generator, dtype=torch.float64)
        return int(among[torch.searchsorted(sums, point, right=True).clamp_(max=len(among) - 1)])

    def uniform(self, among: Tensor) -> int:
        """One of the rows ``among`` (m,), m > 0, each as likely."""
        return int(among[torch.randint(len(among), (), generator=self.generator)])
