"""Greedy k-center: always the point farthest from all before it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from torch import Tensor

from cryoal.diversity.dense_rows import DenseRows
from cryoal.diversity.distances import nearest_squared_distances
from cryoal.diversity.nearest_taken import NearestTaken
from cryoal.diversity.rows import Rows
from cryoal.diversity.weighted_rows import WeightedRows


def k_center_greedy(
    points: Tensor,
    count: int,
    seed: int,
    covered: Tensor | None = None,
    weights: Tensor | None = None,
) -> npt.NDArray[np.int64]:
    """Choose points that leave none far from the chosen or the covered ones.

    The greedy 2-approximation of Gonzalez (Theor. Comput. Sci. 38 (1985) 293), with weights that
    of Dyer and Frieze (Oper. Res. Lett. 3 (1985) 285): the next point is the one whose weighted
    distance to the nearest centre is the largest. Memory beside ``points``: a few numbers a
    point; never a matrix of distances.

    Args:
        points: (n, d) float32.
        count: how many; all where there are fewer.
        seed: of the first point where nothing is covered, and of ties.
        covered: (m, d) points that are already taken.
        weights: (n,) of the squared distances, finite, none negative.

    Returns:
        (min(count, n),) rows of ``points``, in the order of choice.
    """
    covered = points[:0] if covered is None else covered
    rows: Rows = DenseRows(points)
    nearest = nearest_squared_distances(points, covered)
    if weights is not None:
        rows = WeightedRows(rows, weights)
        nearest = nearest * weights if len(covered) else nearest
    centres = NearestTaken(rows, nearest, seed)
    while len(centres.taken) < min(count, len(points)):
        centres.take(centres.farthest())
    return np.array(centres.taken, np.int64)
