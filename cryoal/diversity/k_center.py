"""Greedy k-center: always the point farthest from all before it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cryoal.diversity.dense_rows import squared_lengths
from cryoal.diversity.distances import nearest_squared_distances
from cryoal.diversity.rows import squares_from_products

# Points whose distance is brought up to date at once.
BATCH = 256


def k_center_greedy(
    points: Tensor, count: int, seed: int, covered: Tensor | None = None
) -> npt.NDArray[np.int64]:
    """Choose points that leave none far from the chosen or the covered ones.

    The greedy 2-approximation of Gonzalez (Theor. Comput. Sci. 38 (1985) 293), with the distances
    of those points alone brought up to date that may be the farthest. Memory beside ``points``:
    a few numbers a point; never a matrix of distances.

    Args:
        points: (n, d) float32.
        count: how many; all where there are fewer.
        seed: of the first point where nothing is covered, and of ties.
        covered: (m, d) points that are already taken.

    Returns:
        (min(count, n),) rows of ``points``, in the order of choice.
    """
    centres = Centres(points, seed)
    if covered is not None and len(covered):
        centres.bounds = nearest_squared_distances(points, covered)
    chosen = [centres.add_farthest() for _ in range(min(count, len(points)))]
    return np.array(chosen, np.int64)


class Centres:
    """Chosen points, and bounds on the distance of the others to the nearest one.

    A point gets only nearer to the chosen ones, so that a distance that was right some choices
    ago is an upper bound: the farthest point is found as soon as the highest bound is up to date.

    Args:
        points: (n, d) float32.
        seed: of ties.
    """

    def __init__(self, points: Tensor, seed: int) -> None:
        self.points = points
        self.norms = squared_lengths(points)
        self.generator = torch.Generator().manual_seed(seed)
        self.chosen: list[int] = []
        self.bounds = torch.full((len(points),), torch.inf)
        # How many of the chosen points each bound knows of.
        self.known = torch.zeros(len(points), dtype=torch.int64)

    def add_farthest(self) -> int:
        """Choose the farthest point that is left; ties by draw."""
        farthest = self.highest()
        while (stale := farthest[self.known[farthest] < len(self.chosen)]).numel():
            near = self.bounds.topk(min(BATCH, len(self.bounds))).indices
            behind = near[self.known[near] < len(self.chosen)]
            self.update(torch.cat([behind, stale[:BATCH]]))
            farthest = self.highest()
        row = int(farthest[torch.randint(len(farthest), (), generator=self.generator)])
        if not self.chosen and torch.isinf(self.bounds[row]):
            self.bounds = nearest_squared_distances(self.points, self.points[row : row + 1])
            self.known += 1
        self.chosen.append(row)
        self.bounds[row] = -1.0
        self.known[row] = len(self.points)
        return row

    def highest(self) -> Tensor:
        """Points (m,) of the highest bound. At distance 0 a bound cannot be wrong."""
        top = self.bounds.max()
        rows = (self.bounds == top).nonzero()[:, 0]
        if top <= 0:
            self.known[rows] = len(self.chosen)
        return rows

    def update(self, rows: Tensor) -> None:
        """Bring the bounds of ``rows`` (m,) up to date, from the one that knows least."""
        fresh = self.chosen[int(self.known[rows].min()) :]
        products = self.points[rows] @ self.points[fresh].T
        squares = squares_from_products(self.norms[rows, None], self.norms[fresh], products)
        self.bounds[rows] = torch.minimum(self.bounds[rows], squares.amin(1))
        self.known[rows] = len(self.chosen)
