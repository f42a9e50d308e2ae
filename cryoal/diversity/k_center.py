"""Greedy k-center: always the point farthest from all before it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from torch import Tensor

from cryoal.diversity.dense_rows import DenseRows
from cryoal.diversity.distances import nearest_squared_distances
from cryoal.diversity.nearest_taken import NearestTaken


def k_center_greedy(
    points: Tensor, count: int, seed: int, covered: Tensor | None = None
) -> npt.NDArray[np.int64]:
    """Choose points that leave none far from the chosen or the covered ones.

    The greedy 2-approximation of Gonzalez (Theor. Comput. Sci. 38 (1985) 293). Memory beside
    ``points``: a few numbers a point; never a matrix of distances.

    Args:
        points: (n, d) float32.
        count: how many; all where there are fewer.
        seed: of the first point where nothing is covered, and of ties.
        covered: (m, d) points that are already taken.

    Returns:
        (min(count, n),) rows of ``points``, in the order of choice.
    """
    covered = points[:0] if covered is None else covered
    centres = NearestTaken(DenseRows(points), nearest_squared_distances(points, covered), seed)
    while len(centres.taken) < min(count, len(points)):
        centres.take(centres.farthest())
    return np.array(centres.taken, np.int64)
