"""Clusters of points by k-means."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits
from torch import Tensor

MOST_FOR_FULL = 50
BATCH = 5000


def k_means_clusters(points: Tensor, count: int, seed: int) -> npt.NDArray[np.int64]:
    """Cluster of each of ``points`` (n, d), numbered from 0; ``count`` clusters or, where fewer
    points differ, fewer.

    Up to 50 clusters by full k-means, more by mini-batches of 5,000 (Hacohen et al., ICML 2022,
    code). On one thread, since the sums of several come in any order, and rounding may then move
    a point.
    """
    count = min(count, len(points))
    method = (
        KMeans(count, random_state=seed, n_init=1)
        if count <= MOST_FOR_FULL
        else MiniBatchKMeans(count, random_state=seed, batch_size=BATCH, n_init=1)
    )
    with warnings.catch_warnings(), threadpool_limits(1):
        # Fewer different points than clusters: the rest stay empty, which is as it should be.
        warnings.simplefilter("ignore", ConvergenceWarning)
        labels = method.fit_predict(points.numpy())
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)
