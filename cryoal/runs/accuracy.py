"""An accuracy with how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cryoal.runs.wilson import wilson_interval


@dataclass(frozen=True)
class Accuracy:
    """Share of ``items`` classified rightly, and its 95 % Wilson interval.

    Of cross-validation the interval is a rough one: the folds' models differ, each saw a little
    less than all labels, and items that a scheme asked about are harder than the pool's average.
    """

    value: float
    low: float
    high: float
    items: int


def measured_accuracy(
    probabilities: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]
) -> Accuracy | None:
    """Accuracy of posteriors (n, classes) on labels (n,); rows with NaN are left out.

    None where no row is left.
    """
    judged = np.isfinite(probabilities).all(axis=1)
    count = int(judged.sum())
    if count == 0:
        return None
    value = float(np.mean(probabilities[judged].argmax(axis=1) == labels[judged]))
    return Accuracy(value, *wilson_interval(value, count), count)
