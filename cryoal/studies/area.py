"""The area under the budget curve: a whole learning curve in one number."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.integrate import trapezoid

from cryoal.studies.curves import Array, Curves


def area_under_curve(labelled: npt.NDArray[np.int64], values: Array) -> float:
    """Area by the trapezoid rule over the range of labels: the mean height of the curve.

    As Zhan et al., IJCAI 2021 (AUBC), divided by the width of the range so that a curve at 1
    throughout gives 1. Of a single budget it is the value itself; NaN where one is missing.

    Args:
        labelled, values: (budgets,), labels ascending.
    """
    if len(labelled) == 1:
        return float(values[0])
    return float(trapezoid(values, labelled) / (labelled[-1] - labelled[0]))


def areas_of(curves: Curves, scheme: str) -> Array:
    """(seeds,) areas of one scheme; NaN where its curve is not complete."""
    if len(curves.labelled) == 0:
        return np.full(len(curves.seeds), np.nan)
    return np.array([area_under_curve(curves.labelled, row) for row in curves.of(scheme)])
