"""How far rows are from those already taken, worked out no more than a choice demands."""

from __future__ import annotations

import torch
from torch import Tensor

from cryoal.diversity.rows import Rows

# Rows brought up to date for one choice, and at once where it must be all.
BATCH = 64
BLOCK = 4096


class NearestTaken:
    """Upper bounds on the squared distance of each row to the nearest one taken.

    A row gets only nearer to those taken, so that a distance that was right some choices ago is
    a bound. The farthest row is known as soon as the highest bound is up to date; a draw by
    distance is one by bounds that is accepted with odds true distance : bound. Either brings but
    few rows up to date, where most distances change little from choice to choice. Memory: a few
    numbers a row.

    Args:
        rows: ``n`` rows, dense or factored.
        bounds: (n,) squared distances before any is taken; infinite where nothing is near.
        seed: of draws and ties.
    """

    def __init__(self, rows: Rows, bounds: Tensor, seed: int) -> None:
        self.rows = rows
        self.bounds = bounds.clone()
        self.generator = torch.Generator().manual_seed(seed)
        self.taken: list[int] = []
        self.left = torch.ones(len(rows), dtype=torch.bool)
        # How many of the rows taken each bound knows of.
        self.known = torch.zeros(len(rows), dtype=torch.int64)

    def take(self, row: int) -> None:
        """Count ``row`` as taken."""
        self.taken.append(row)
        self.left[row] = False
        if torch.isinf(self.bounds[row]):
            for start in range(0, len(self.rows), BLOCK):
                self.update(torch.arange(start, min(start + BLOCK, len(self.rows))))
        self.bounds[row] = 0.0

    def farthest(self) -> int:
        """The farthest row that is left; ties by draw."""
        while True:
            bounds = self.bounds.masked_fill(~self.left, -1.0)
            top = bounds.max()
            highest = (bounds == top).nonzero()[:, 0]
            stale = highest[self.known[highest] < len(self.taken)]
            # At 0 a bound cannot be wrong.
            if top <= 0 or len(stale) == 0:
                return self.uniform(highest)
            near = bounds.topk(min(BATCH, len(bounds))).indices
            self.update(torch.cat([near, stale[:BATCH]]))

    def by_distance(self, among: Tensor) -> int:
        """One of the rows ``among`` (m,), m > 0, none taken, with odds by squared distance.

        Where all of them equal rows that are taken, each is as likely.
        """
        while True:
            # In double precision, in which very many small shares still add up.
            sums = self.bounds[among].double().cumsum(0)
            if sums[-1] <= 0:
                return self.uniform(among)
            points = sums[-1] * torch.rand(BATCH, generator=self.generator, dtype=torch.float64)
            places = torch.searchsorted(sums, points, right=True).clamp_(max=len(among) - 1)
            drawn = among[places]
            bounds = self.bounds[drawn]
            self.update(drawn)
            odds = torch.rand(BATCH, generator=self.generator)
            accepted = drawn[odds * bounds < self.bounds[drawn]]
            if len(accepted):
                return int(accepted[0])

    def uniform(self, among: Tensor) -> int:
        """One of the rows ``among`` (m,), m > 0, each as likely."""
        return int(among[torch.randint(len(among), (), generator=self.generator)])

    def update(self, rows: Tensor) -> None:
        """Bring the bounds of ``rows`` (m,) up to date, from the one that knows least."""
        behind = rows[self.known[rows] < len(self.taken)]
        if len(behind) == 0:
            return
        news = torch.tensor(self.taken[int(self.known[behind].min()) :])
        nearest = self.rows.squared_distances(behind, news).amin(1)
        self.bounds[behind] = torch.minimum(self.bounds[behind], nearest)
        self.known[behind] = len(self.taken)
