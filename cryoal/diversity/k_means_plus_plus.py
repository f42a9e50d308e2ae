"""The seeding of k-means++."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from cryoal.diversity.distance_draw import DistanceDraw
from cryoal.diversity.rows import Rows


def k_means_plus_plus(rows: Rows, count: int, seed: int) -> npt.NDArray[np.int64]:
    """Draw rows with odds by their squared distance to the nearest one drawn before.

    Arthur and Vassilvitskii (SODA 2007), but for the first row, which is the longest (of the
    longest, one by draw), as in BADGE: Ash et al. (ICLR 2020).

    Args:
        rows: dense or factored.
        count: how many; all where there are fewer.
        seed: of every draw.

    Returns:
        (min(count, n),) distinct rows, in the order drawn.
    """
    draw = DistanceDraw(rows, seed)
    chosen: list[int] = []
    while len(chosen) < min(count, len(rows)):
        left = draw.left.nonzero()[:, 0]
        row = draw.by_distance(left) if chosen else draw.farthest(left)
        if not chosen:
            draw.distances = torch.full_like(draw.distances, torch.inf)  # the origin is no row
        draw.take(row)
        chosen.append(row)
    return np.array(chosen, np.int64)
