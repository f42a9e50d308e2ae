"""Labels that a scheme saves over random."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from cryoal.studies.interval import t_interval
from cryoal.studies.labels_needed import LabelsNeeded
from cryoal.studies.target import Target


class Bound(StrEnum):
    """How a saving is to be read."""

    EXACT = ""
    AT_LEAST = "at least"
    AT_MOST = "at most"
    UNKNOWN = "both fall short"


@dataclass(frozen=True)
class Saving:
    """1 - labels / labels of random to the same target.

    Attributes:
        scheme: its name.
        target: what is to be reached.
        bound: whether ``saving`` is measured or only a bound, since one of the two did not reach
            the target in every seed.
        saving: NaN where neither bound is known.
        low, high: 95 % limits; NaN for a bound and with fewer than three seeds.
        count: seeds that both have.
    """

    scheme: str
    target: Target
    bound: Bound
    saving: float
    low: float
    high: float
    count: int

    @property
    def is_known(self) -> bool:
        """Whether there is a saving or a bound of it."""
        return self.bound is not Bound.UNKNOWN


def saving(own: LabelsNeeded, random: LabelsNeeded, last_budget: int) -> Saving:
    """Saving of a scheme by seed-paired ratios.

    The mean and its t interval are taken of log(labels / labels of random) over seeds and turned
    back: ratios are skewed, their logarithms nearly normal and alike for both schemes (Hedges,
    Gurevitch and Curtis, Ecology 80 (1999) 1150). A bootstrap over three to five seeds would give
    intervals that are too narrow, since its samples spread less than the seeds do.

    A seed that does not reach the target needs more than ``last_budget`` labels. With that number
    in its place the saving is a bound: at least so much if only random fell short, at most so much
    if only the scheme did; with both in one study nothing can be said.
    """
    pairs = np.array([own.per_seed, random.per_seed])
    ours, theirs = pairs[:, ~np.isnan(pairs).any(axis=0)]
    bound = bound_of(ours, theirs)
    ratios = np.log(np.minimum(ours, last_budget) / np.minimum(theirs, last_budget))
    interval = t_interval(ratios)
    if bound is Bound.UNKNOWN or interval.count == 0:
        return Saving(
            own.scheme, own.target, Bound.UNKNOWN, math.nan, math.nan, math.nan, len(ours)
        )
    low, high = 1 - math.exp(interval.high), 1 - math.exp(interval.low)
    if bound is not Bound.EXACT:
        low = high = math.nan
    return Saving(own.scheme, own.target, bound, 1 - math.exp(interval.mean), low, high, len(ours))


def bound_of(ours: np.ndarray, theirs: np.ndarray) -> Bound:
    short, random_short = np.isinf(ours), np.isinf(theirs)
    if not short.any() and not random_short.any():
        return Bound.EXACT
    if not short.any():
        return Bound.AT_LEAST
    if not random_short.any():
        return Bound.AT_MOST
    return Bound.UNKNOWN
