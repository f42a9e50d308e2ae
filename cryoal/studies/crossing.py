"""Where a curve of straight pieces reaches a height."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from cryoal.studies.curves import Array


def first_reached(labelled: npt.NDArray[np.int64], values: Array, level: float) -> float:
    """Labels at which the curve first is at ``level`` or above, between budgets on a line.

    Returns:
        The first budget where the curve begins that high; infinity where it never gets there;
        NaN with a value missing.
    """
    if np.isnan(values).any() or math.isnan(level):
        return math.nan
    reached = np.flatnonzero(values >= level)
    if len(reached) == 0:
        return math.inf
    return between(labelled, values, level, int(reached[0]))


def last_below(labelled: npt.NDArray[np.int64], values: Array, level: float) -> float:
    """Labels from which on the curve stays at ``level`` or above; infinity where it ends below."""
    if np.isnan(values).any() or math.isnan(level):
        return math.nan
    below = np.flatnonzero(values < level)
    if len(below) == 0:
        return float(labelled[0])
    if below[-1] == len(values) - 1:
        return math.inf
    return between(labelled, values, level, int(below[-1]) + 1)


def between(labelled: npt.NDArray[np.int64], values: Array, level: float, after: int) -> float:
    """Crossing of the piece that ends at budget ``after``, which is the first budget for 0."""
    if after == 0:
        return float(labelled[0])
    share = (level - values[after - 1]) / (values[after] - values[after - 1])
    return float(labelled[after - 1] + share * (labelled[after] - labelled[after - 1]))
