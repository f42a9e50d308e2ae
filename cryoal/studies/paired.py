"""Whether two schemes differ, seed by seed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from cryoal.studies.interval import CONFIDENCE, FEWEST_SEEDS, Interval

LEVEL = 0.05
# Differences that spread less than rounding does are taken as equal.
ROUNDING = 1e-12


@dataclass(frozen=True)
class PairedTest:
    """Mean difference between two schemes over the seeds that both have.

    Attributes:
        difference: first minus second, with its 95 % interval.
        statistic: t, NaN where there is none.
        p: two-sided; NaN where no test was made.
    """

    difference: Interval
    statistic: float
    p: float

    @property
    def is_made(self) -> bool:
        """Whether there were seeds enough for a test."""
        return not math.isnan(self.p)

    @property
    def is_better(self) -> bool:
        """Whether the first is significantly above the second, with no correction."""
        return self.p < LEVEL and self.difference.mean > 0

    @property
    def is_worse(self) -> bool:
        """Whether the first is significantly below the second, with no correction."""
        return self.p < LEVEL and self.difference.mean < 0


def paired_test(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> PairedTest:
    """Two-sided paired t-test over seeds.

    Seeds share their split, initial set and weights over schemes, so the difference within a seed
    is free of what they have in common. The test assumes that these differences are independent
    between seeds and about normal; with three to five seeds that cannot be checked, and only
    differences that are large against their spread are found. As Ash et al. (ICLR 2020, section
    4), who compare five seeds at |t| > 2.776.

    Where the differences do not spread at all, t has no meaning. Equal values then give p = 1;
    a constant difference gives the p of the exact sign-flip test (Fisher, The Design of
    Experiments (1935), section 21), 2 / 2^n, which needs no spread, and no interval.

    Args:
        first, second: (seeds,) of two schemes; NaN where a seed is missing. Fewer than three
            common seeds: no test.
    """
    both = ~np.isnan(first) & ~np.isnan(second)
    a, b = first[both], second[both]
    count = len(a)
    if count == 0:
        return PairedTest(Interval(math.nan, math.nan, math.nan, 0), math.nan, math.nan)
    mean = float((a - b).mean())
    if count < FEWEST_SEEDS:
        return PairedTest(Interval(mean, math.nan, math.nan, count), math.nan, math.nan)
    tiny = ROUNDING * float(np.abs([a, b]).max())
    if float(np.ptp(a - b)) <= tiny:
        return constant_difference(mean, abs(mean) <= tiny, count)
    result = stats.ttest_rel(a, b)
    low, high = result.confidence_interval(CONFIDENCE)
    interval = Interval(mean, float(low), float(high), count)
    return PairedTest(interval, float(result.statistic), float(result.pvalue))


def constant_difference(mean: float, is_zero: bool, count: int) -> PairedTest:
    if is_zero:
        return PairedTest(Interval(0.0, 0.0, 0.0, count), math.nan, 1.0)
    return PairedTest(Interval(mean, math.nan, math.nan, count), math.nan, 2.0 ** (1 - count))
