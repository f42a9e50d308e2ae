"""Greedy k-center: always the point farthest from all before it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cryoal.diversity.dense_rows import DenseRows, squared_lengths
from cryoal.diversity.distance_draw import DistanceDraw
from cryoal.diversity.rows import squares_from_products

# Of points and of covered points at once: 16 MB of distances.
BLOCK = (4096, 1024)


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


def nearest_squared_distances(points: Tensor, others: Tensor) -> Tensor:
    """Squared distance (n,) of each of ``points`` (n, d) to the nearest of ``others`` (m, d)."""
    nearest = torch.full((len(points),), torch.inf)
    for at in range(0, len(points), BLOCK[0]):
        place = slice(at, at + BLOCK[0])
        for start in range(0, len(others), BLOCK[1]):
            to_block = squared_distances(points[place], others[start : start + BLOCK[1]])
            nearest[place] = torch.minimum(nearest[place], to_block.amin(1))
    return nearest


def squared_distances(points: Tensor, others: Tensor) -> Tensor:
    """All squared distances (n, m) of ``points`` (n, d) to ``others`` (m, d): for blocks."""
    return squares_from_products(
        squared_lengths(points)[:, None], squared_lengths(others), points @ others.T
    )
