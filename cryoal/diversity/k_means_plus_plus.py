"""The seeding of k-means++."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cryoal.diversity.nearest_taken import NearestTaken
from cryoal.diversity.rows import Rows


def k_means_plus_plus(rows: Rows, count: int, seed: int) -> npt.NDArray[np.int64]:
    """Draw rows with odds by their squared distance to the nearest one drawn before.

    Arthur and Vassilvitskii (SODA 2007), but for the first row, which is the longest (of the
    longest, one by draw), as in BADGE: Ash et al. (ICLR 2020).

    Args:
        rows: at least one, dense or factored.
        count: how many, at least one; all where there are fewer.
        seed: of every draw.

    Returns:
        (min(count, n),) distinct rows, in the order drawn.
    """
    draw = NearestTaken(rows, rows.squared_norms, seed)
    first = draw.farthest()
    draw.bounds.fill(np.inf)  # no more the distance to the origin, which is no row
    draw.take(first)
    while len(draw.taken) < min(count, len(rows)):
        draw.take(draw.by_distance(np.flatnonzero(draw.left)))
    return np.array(draw.taken, np.int64)
