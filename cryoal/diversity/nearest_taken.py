"""How far rows are from those already taken, worked out no more than a choice demands."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cryoal.diversity.rows import Rows

Indices = npt.NDArray[np.int64]

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
        # In numpy: so short an operation takes longer to spread over threads than to do.
        self.bounds = bounds.numpy().copy()
        self.random = np.random.default_rng(seed)
        self.taken: list[int] = []
        self.left = np.ones(len(rows), dtype=bool)
        # How many of the rows taken each bound knows of.
        self.known = np.zeros(len(rows), dtype=np.int64)

    def take(self, row: int) -> None:
        """Count ``row`` as taken."""
        self.taken.append(row)
        self.left[row] = False
        if np.isinf(self.bounds[row]):
            for start in range(0, len(self.rows), BLOCK):
                self.update(np.arange(start, min(start + BLOCK, len(self.rows))))
        self.bounds[row] = -1.0

    def farthest(self) -> int:
        """The farthest row that is left; ties by draw."""
        while True:
            top = self.bounds.max()
            highest = np.flatnonzero(self.bounds == top)
            stale = highest[self.known[highest] < len(self.taken)]
            # At 0 a bound cannot be wrong.
            if top <= 0 or len(stale) == 0:
                return int(self.random.choice(highest))
            near = np.argpartition(self.bounds, -min(BATCH, len(self.bounds)))[-BATCH:]
            self.update(np.union1d(near, stale[:BATCH]))

    def by_distance(self, among: Indices) -> int:
        """One of the rows ``among`` (m,), m > 0, none taken, with odds by squared distance.

        Where all of them equal rows that are taken, each is as likely.
        """
        while True:
            # In double precision, in which very many small shares still add up.
            sums = np.cumsum(self.bounds[among], dtype=np.float64)
            if sums[-1] <= 0:
                return int(self.random.choice(among))
            places = np.searchsorted(sums, sums[-1] * self.random.random(BATCH), side="right")
            drawn = among[np.minimum(places, len(among) - 1)]
            bounds = self.bounds[drawn]
            self.update(drawn)
            accepted = drawn[self.random.random(BATCH) * bounds < self.bounds[drawn]]
            if len(accepted):
                return int(accepted[0])

    def update(self, rows: Indices) -> None:
        """Bring the bounds of ``rows`` (m,) up to date, from the one that knows least."""
        behind = rows[self.left[rows] & (self.known[rows] < len(self.taken))]
        if len(behind) == 0:
            return
        news = torch.tensor(self.taken[self.known[behind].min() :])
        nearest = self.rows.squared_distances(torch.from_numpy(behind), news).amin(1).numpy()
        self.bounds[behind] = np.minimum(self.bounds[behind], nearest)
        self.known[behind] = len(self.taken)
