"""How well each class is told, from a confusion matrix (classes, classes): rows true."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Confusion = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]


def class_recall(confusion: Confusion) -> Scores:
    """Share of each class that is told rightly; NaN for a class that is not there."""
    return _shares(confusion, confusion.diagonal(), confusion.sum(axis=1))


def class_f1(confusion: Confusion) -> Scores:
    """F1 of each class, 2 TP / (2 TP + FP + FN); NaN for a class that is not there."""
    sizes = confusion.sum(axis=1) + confusion.sum(axis=0)
    return _shares(confusion, 2 * confusion.diagonal(), sizes)


def class_iou(confusion: Confusion) -> Scores:
    """Intersection over union, TP / (TP + FP + FN); NaN for a class that is not there."""
    right = confusion.diagonal()
    return _shares(confusion, right, confusion.sum(axis=1) + confusion.sum(axis=0) - right)


def _shares(confusion: Confusion, parts: Confusion, wholes: Confusion) -> Scores:
    # A class without an item has no score, as in the macro averages of the metrics.
    return np.where(confusion.sum(axis=1) > 0, parts / np.maximum(wholes, 1), np.nan)
