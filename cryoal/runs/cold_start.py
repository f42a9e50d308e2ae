"""The first query of a pool without labels: items unlike each other."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch.nn.functional as F
from sklearn.neighbors import NearestNeighbors

from cryoal.learning.items import raw_batches
from cryoal.pools import SubtomogramPool
from cryoal.volumes.shell_harmonics import ShellHarmonics

Indices = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BATCH = 64
LARGEST_BOX_PX = 32
NEIGHBOUR = 3
ISOLATED = 4.0
FARTHEST = 0.97
LIMIT = 3.0


def diverse_start(
    pool: SubtomogramPool,
    candidates: Indices,
    count: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Indices:
    """Choose ``count`` of ``candidates`` (n,) that differ in structure as far as one can see.

    Features that no rotation changes (``ShellHarmonics``), greedy k-centre on them (Gonzalez,
    Theor. Comput. Sci. 38 (1985) 293; for a first query Sener & Savarese, ICLR 2018). That takes
    the oddest items there are, which in real data are gold, edges and broken boxes, so outliers
    are set aside: isolated items altogether, and of the rest not the farthest is taken but the
    one at the 97th percentile (after Ding, Yu & Wang, ESA 2019, who draw among the farthest).
    How these were chosen, and what they gain over a random start, is in
    ``docs/labelling-statistics.md``.

    One pass over the candidates; memory grows with n by some 40 numbers an item.

    Args:
        candidates: pool positions, distinct.
        seed: of the item to begin with.
        progress: called with (items read, items in all).

    Returns:
        (min(count, n),) pool positions in the order of choice; all candidates, unread, where
        they are no more than ``count``.

    Raises:
        CryoalError: an item cannot be read.
    """
    if count >= len(candidates):
        return candidates.copy()
    features = structure_features(pool, candidates, progress)
    return candidates[spread_out(features, count, seed)]


def spread_out(features: Floats, count: int, seed: int) -> Indices:
    """Rows (count,) of ``features`` (n, d), n > count, that differ and are no outliers."""
    features = robust_units(features)
    isolation = neighbour_distance(features)
    limit = float(np.median(isolation)) + ISOLATED * float(spread(isolation))
    # Enough must stay to choose from, however odd the pool.
    limit = max(limit, float(np.sort(isolation)[count - 1]))
    kept = np.flatnonzero(isolation <= limit)
    chosen = k_centre(np.clip(features[kept], -LIMIT, LIMIT), count, seed)
    return kept[chosen]


def structure_features(
    pool: SubtomogramPool,
    candidates: Indices,
    progress: Callable[[int, int], None] | None = None,
) -> Floats:
    """What rotations leave unchanged of each item (n, features); large boxes are binned first."""
    factor = math.ceil(pool.item_shape[-1] / LARGEST_BOX_PX)
    measure = ShellHarmonics(pool.item_shape[-1] // factor)
    features = np.empty((len(candidates), measure.width))
    for place, raw in raw_batches(pool, candidates, BATCH):
        features[place] = measure(F.avg_pool3d(pool.normalise(raw), factor)).numpy()
        if progress is not None:
            progress(place.stop, len(candidates))
    return features


def robust_units(features: Floats) -> Floats:
    """Each column less its median, over its spread: outliers do not set the scale of the rest."""
    scale = spread(features)
    return (features - np.median(features, axis=0)) / np.where(scale > 0, scale, 1.0)


def spread(values: Floats) -> Floats:
    """Median absolute deviation along the first axis, in standard deviations of a Gaussian."""
    return np.asarray(1.4826 * np.median(np.abs(values - np.median(values, axis=0)), axis=0))


def neighbour_distance(features: Floats) -> Floats:
    """Distance of each item (n,), n > 1, to its third nearest neighbour."""
    nearest = NearestNeighbors(n_neighbors=min(NEIGHBOUR, len(features) - 1))
    distances, _ = nearest.fit(np.clip(features, -3 * LIMIT, 3 * LIMIT)).kneighbors()
    return np.asarray(distances[:, -1])


def k_centre(features: Floats, count: int, seed: int) -> Indices:
    """Rows (count,) of ``features`` (n, d), n >= count, each far from those before it."""
    squares = np.square(features).sum(axis=1)
    distance = np.full(len(features), np.inf)
    chosen = [int(np.random.default_rng(seed).integers(len(features)))]
    while len(chosen) < count:
        last = chosen[-1]
        to_last = squares - 2 * features @ features[last] + squares[last]
        distance = np.minimum(distance, np.maximum(to_last, 0))
        distance[chosen] = -1.0
        left = len(features) - len(chosen)
        rank = len(chosen) + round(FARTHEST * (left - 1))
        chosen.append(int(np.argpartition(distance, rank)[rank]))
    return np.array(chosen, np.int64)
