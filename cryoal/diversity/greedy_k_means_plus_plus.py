"""The seeding of k-means++, greedy and weighted, around what is covered already."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cryoal.diversity.dense_rows import squared_lengths
from cryoal.diversity.distances import nearest_squared_distances
from cryoal.diversity.rows import squares_from_products

# Points whose distances to those tried are worked out at once.
BLOCK = 16384


def greedy_k_means_plus_plus(
    points: Tensor, weights: Tensor, count: int, seed: int, covered: Tensor | None = None
) -> npt.NDArray[np.int64]:
    """Choose points that leave little weight far from the chosen and the covered ones.

    What is lowered is the potential of weighted k-means: the sum of weight times squared distance
    to the nearest centre. Each turn draws ``2 + ln(count)`` points with odds by their own share
    of it and keeps the one that lowers it most (Arthur and Vassilvitskii, SODA 2007, section 6,
    propose it; the number is scikit-learn's). So a heavy point far from everything is likely to
    be tried, and is kept where others lie about it: an outlier covers only itself.
    Memory beside ``points``: some ten numbers a point.

    Args:
        points: (n, d) float32, finite.
        weights: (n,) finite, none negative.
        count: how many; all where there are fewer.
        seed: of every draw.
        covered: (m, d) centres from the start; without any the first turn draws by weight.

    Returns:
        (min(count, n),) distinct rows of ``points``, in the order of choice.
    """
    lengths = squared_lengths(points)
    nearest = torch.full((len(points),), torch.inf)
    if covered is not None:
        nearest = nearest_squared_distances(points, covered)
    random = np.random.default_rng(seed)
    count = min(count, len(points))
    trials = 2 + int(math.log(max(count, 1)))
    left = np.ones(len(points), dtype=bool)
    chosen: list[int] = []
    while len(chosen) < count:
        odds = weights if nearest.isinf().any() else weights * nearest
        tried = draw(odds.double().numpy() * left, left, trials, random)
        distances = distances_if_taken(points, lengths, nearest, torch.from_numpy(tried))
        # In numpy, whose first of equal ones is the first.
        best = int((distances.double() @ weights.double()).numpy().argmin())
        nearest = distances[best]
        left[tried[best]] = False
        chosen.append(int(tried[best]))
    return np.array(chosen, np.int64)


def draw(
    odds: npt.NDArray[np.float64],
    left: npt.NDArray[np.bool_],
    trials: int,
    random: np.random.Generator,
) -> npt.NDArray[np.int64]:
    """``trials`` of the points that are left, with odds (n,); each as likely where all are 0."""
    sums = np.cumsum(odds if odds.any() else left, dtype=np.float64)
    marks = sums[-1] * random.random(trials)
    # Rounding may take a mark up to the sum: the last with odds, never one without.
    last = int(np.searchsorted(sums, sums[-1]))
    found: npt.NDArray[np.int64] = np.searchsorted(sums, marks, side="right").clip(max=last)
    return found


def distances_if_taken(points: Tensor, lengths: Tensor, nearest: Tensor, tried: Tensor) -> Tensor:
    """Squared distances (t, n) to the nearest centre, were one of ``tried`` (t,) a centre too.

    Args:
        points: (n, d).
        lengths: (n,) squared, of the points.
        nearest: (n,) squared distances to the nearest centre.
    """
    distances = torch.empty(len(tried), len(points))
    others, other_lengths = points[tried].T, lengths[tried]
    for start in range(0, len(points), BLOCK):
        block = slice(start, start + BLOCK)
        found = squares_from_products(lengths[block, None], other_lengths, points[block] @ others)
        torch.minimum(found.T, nearest[block], out=distances[:, block])
    return distances
