"""How alike several rankings of the same items are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import stats

Scores = Sequence[npt.NDArray[np.float64]]


def mean_correlation(scores: Scores) -> float | None:
    """Mean over all pairs of Spearman's rank correlation; None where all scores of one are equal.

    Args:
        scores: (n,) of the same items, at least two.
    """
    if any(np.ptp(one) == 0 for one in scores):
        return None
    ranks = np.array([stats.rankdata(one) for one in scores])
    pairs = np.corrcoef(ranks)[np.triu_indices(len(scores), 1)]
    return float(pairs.mean())


def mean_overlap(scores: Scores, k: int) -> float:
    """Mean over all pairs of the share of the ``k`` highest that both have."""
    highest = [set(np.argsort(-one, kind="stable")[:k].tolist()) for one in scores]
    return float(np.mean([len(a & b) / k for a, b in combinations(highest, 2)]))
