"""Greedy k-center: always the point farthest from all before it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from torch import Tensor

from cryoal.diversity.dense_rows import DenseRows
from cryoal.diversity.distance_draw import DistanceDraw
from cryoal.diversity.distances import nearest_squared_distances


def k_center_greedy(
    points: Tensor, count: int, seed: int, covered: Tensor | None = None
) -> npt.NDArray[np.int64]:
    """Choose points that leave none far from the chosen or the covered ones.

    The greedy 2-approximation of Gonzalez (Theor. Comput. Sci. 38 (1985) 293). One matrix-vector
    product a choice and a few numbers a point of memory; never a matrix of distances.

    Args:
        points: (n, d) float32.
        count: how many; all where there are fewer.
        seed: of the first point where nothing is covered, and of ties.
        covered: (m, d) points that are already taken.

    Returns:
        (min(count, n),) rows of ``points``, in the order of choice.
    """
    distances = None
    if covered is not None and len(covered):
        distances = nearest_squared_distances(points, covered)
    draw = DistanceDraw(DenseRows(points), seed, distances)
    chosen: list[int] = []
    while len(chosen) < min(count, len(points)):
        left = draw.left.nonzero()[:, 0]
        row = draw.uniform(left) if distances is None and not chosen else draw.farthest(left)
        draw.take(row)
        chosen.append(row)
    return np.array(chosen, np.int64)
