"""``probcover``: balls that cover as many items as can be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from cryoal.diversity import (
    count_within,
    k_means_clusters,
    nearest_squared_distances,
    squared_distance_blocks,
)
from cryoal.strategies.context import QueryContext
from cryoal.strategies.given import features, labelled_features
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Strategy


@register(
    "probcover",
    summary="Balls of one radius around labelled and chosen items that cover most others",
    paper="Yehuda et al., NeurIPS 2022",
    cost="all distances of the features, twice at the most",
)
@dataclass(frozen=True)
class ProbCover(Strategy):
    """Probability coverage (Yehuda et al., NeurIPS 2022, Algorithm 1).

    Greedy maximum coverage: always the item in whose ball lie most items that no ball of a
    labelled or chosen one covers, on features of unit length. The radius is the largest at which
    95 % of the balls hold one class only, by pseudo-labels of k-means with as many clusters as
    there are classes (section 4.2 of the paper). The distances are computed anew where they are
    needed and never kept. When all is covered, the rest is drawn at random.

    Attributes:
        purity: 0.95, the paper.
        balls: items whose balls purity is measured by, drawn at random (ours; the paper takes
            all).
    """

    purity: float = 0.95
    balls: int = 2000

    needs: ClassVar[frozenset[Need]] = frozenset({Need.FEATURES, Need.LABELLED})

    def select(self, context: QueryContext, k: int) -> npt.NDArray[np.int64]:
        """Candidates in the order of choice; ties by the context's seed."""
        points = F.normalize(features(context))
        centres = F.normalize(labelled_features(context))
        radius = self.radius(
            torch.cat([centres, points]), context.outputs.logits.shape[1], context.seed
        )
        shuffle = torch.randperm(len(points), generator=context.generator())
        covered = nearest_squared_distances(points[shuffle], centres) < radius**2
        chosen = greedy_cover(points[shuffle], covered, radius, k)
        positions: npt.NDArray[np.int64] = context.candidates[shuffle[chosen].numpy()]
        return positions

    def radius(self, points: Tensor, classes: int, seed: int) -> float:
        """The largest radius at which enough balls around ``points`` (n, d) are pure."""
        clusters = torch.from_numpy(k_means_clusters(points, classes, seed))
        drawn = torch.randperm(len(points), generator=torch.Generator().manual_seed(seed))
        drawn = drawn[: self.balls]
        foreign = torch.full((len(drawn),), torch.inf)
        for rows, columns, squares in squared_distance_blocks(points[drawn], points):
            squares[clusters[drawn][rows, None] == clusters[columns]] = torch.inf
            foreign[rows] = torch.minimum(foreign[rows], squares.amin(1))
        impure = math.floor((1 - self.purity) * len(drawn))
        return float(foreign.sort().values[impure].sqrt())


def greedy_cover(points: Tensor, covered: Tensor, radius: float, count: int) -> list[int]:
    """Rows of ``points`` (n, d) whose balls cover most that is not ``covered`` (n,), in order.

    Of rows that cover as much, the first comes first.
    """
    covered = covered.clone()
    gains = count_within(points, points[~covered], radius)
    chosen: list[int] = []
    while len(chosen) < min(count, len(points)):
        best = int(gains.argmax())
        chosen.append(best)
        near = nearest_squared_distances(points, points[best : best + 1]) < radius**2
        fresh = near & ~covered
        if fresh.any():
            gains -= count_within(points, points[fresh], radius)
            gains.clamp_(min=0)  # rounding may put an item at a ball's edge in one count only
            covered |= fresh
        gains[chosen] = -1
    return chosen
