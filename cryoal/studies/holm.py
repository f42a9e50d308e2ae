"""Many tests at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def holm(p_values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """P values corrected for their number, step down.

    Holm, Scandinavian Journal of Statistics 6 (1979) 65: the chance that any true null hypothesis
    is rejected stays below the level, whatever the dependence between the tests.

    Args:
        p_values: (tests,); NaN for tests that were not made, which count for nothing.
    """
    made = np.flatnonzero(~np.isnan(p_values))
    order = made[np.argsort(p_values[made], kind="stable")]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    corrected = np.full(len(p_values), np.nan)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return corrected
