"""Labels that a scheme needs to reach a target."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cryoal.studies.crossing import first_reached, last_below
from cryoal.studies.curves import Curves
from cryoal.studies.interval import curve_intervals
from cryoal.studies.target import Target


@dataclass(frozen=True)
class LabelsNeeded:
    """Labels to a target. Infinity stands for more than the last budget.

    Attributes:
        scheme: its name.
        target: what is to be reached.
        labels: where the mean curve over seeds first reaches it; NaN without any seed.
        low, high: 95 % limits; ``low`` equal to the first budget means that or fewer; NaN with
            fewer than three seeds.
        per_seed: labels by seed; NaN where the curve or the target is missing.
    """

    scheme: str
    target: Target
    labels: float
    low: float
    high: float
    per_seed: tuple[float, ...]

    @property
    def count(self) -> int:
        """Seeds with a whole curve and a target."""
        return sum(not math.isnan(labels) for labels in self.per_seed)

    @property
    def reached(self) -> int:
        """Seeds that reach the target at some budget."""
        return sum(math.isfinite(labels) for labels in self.per_seed)


def labels_needed(curves: Curves, scheme: str, target: Target) -> LabelsNeeded:
    """Labels to the target, with the limits that follow from the band of the curve.

    A number of labels belongs to the interval where the 95 % t interval of (curve - target) over
    seeds holds zero: the confidence set got by inverting the test (Casella and Berger, Statistical
    Inference, 2nd ed. (2002), section 9.2.1), made whole where the curve goes up and down. So
    seeds that never get there need no guess: their curves pull the band down, and a band that
    never rises above the target has no upper limit. Between budgets the band's limits are joined
    by lines, which is never too narrow.
    """
    levels = target.levels(curves)
    excess = curves.of(scheme) - levels[:, None]
    whole = curves.complete(scheme) & ~np.isnan(levels)
    per_seed = tuple(
        first_reached(curves.labelled, row, 0.0) if known else math.nan
        for row, known in zip(excess, whole, strict=True)
    )
    if not whole.any():
        return LabelsNeeded(scheme, target, math.nan, math.nan, math.nan, per_seed)
    band = curve_intervals(excess[whole])
    mean, low, high = np.array([(at.mean, at.low, at.high) for at in band]).T
    return LabelsNeeded(
        scheme,
        target,
        first_reached(curves.labelled, mean, 0.0),
        first_reached(curves.labelled, high, 0.0),
        last_below(curves.labelled, low, 0.0),
        per_seed,
    )
