"""A mean over seeds and how far it can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

CONFIDENCE = 0.95
FEWEST_SEEDS = 3


@dataclass(frozen=True)
class Interval:
    """Mean with its 95 % interval.

    Attributes:
        mean: NaN without any value.
        low, high: NaN with fewer than three values: no interval was made.
        count: number of values.
    """

    mean: float
    low: float
    high: float
    count: int

    @property
    def is_known(self) -> bool:
        """Whether there is an interval."""
        return not math.isnan(self.low)


def t_interval(values: npt.NDArray[np.float64]) -> Interval:
    """Student's t interval of the mean of ``values`` (n,); NaN are left out.

    It takes the seeds as independent draws and their values as about normal (Student,
    Biometrika 6 (1908) 1). It says where the mean over further seeds lies, with the same pool and
    split sizes; it does not say what another data set would give. Values without any spread give
    an interval of no width. Two seeds would give one of nine times their distance: from fewer than
    three values none is made.
    """
    known = values[~np.isnan(values)]
    count = len(known)
    if count == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    mean = float(known.mean())
    if count < FEWEST_SEEDS:
        return Interval(mean, math.nan, math.nan, count)
    error = float(known.std(ddof=1)) / math.sqrt(count)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, count - 1)) * error
    return Interval(mean, mean - half, mean + half, count)


def curve_intervals(values: npt.NDArray[np.float64]) -> list[Interval]:
    """:func:`t_interval` over the seeds for each budget of ``values`` (seeds, budgets)."""
    return [t_interval(column) for column in values.T]
