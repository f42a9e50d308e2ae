"""How good a model is on items whose labels are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from sklearn.metrics import confusion_matrix, f1_score
from torch import Tensor

CALIBRATION_BINS = 15


@dataclass(frozen=True)
class Evaluation:
    """What a model is worth on a set of items.

    Attributes:
        items: how many.
        metrics: by name.
        confusion: counts (outputs, outputs) of items or pixels, rows true, columns predicted.
    """

    items: int
    metrics: dict[str, float]
    confusion: npt.NDArray[np.int64]


def classification_metrics(logits: Tensor, labels: npt.NDArray[np.int64]) -> dict[str, float]:
    """Accuracy, balanced accuracy, macro F1, worst class F1, calibration error and loss.

    Averages over classes take the classes present in ``labels``.

    Args:
        logits: (n, classes), n > 0.
        labels: (n,) class positions.
    """
    predicted = logits.argmax(1).numpy()
    present = np.unique(labels)
    f1 = f1_score(labels, predicted, labels=present, average=None, zero_division=0.0)
    loss = F.cross_entropy(logits, torch.from_numpy(labels))
    return {
        "accuracy": float(np.mean(predicted == labels)),
        "balanced_accuracy": balanced_accuracy(labels, predicted),
        "macro_f1": float(np.mean(f1)),
        "worst_f1": float(np.min(f1)),
        "calibration_error": calibration_error(logits.softmax(1), labels),
        "loss": float(loss),
    }


def balanced_accuracy(labels: npt.NDArray[np.int64], predicted: npt.NDArray[np.int64]) -> float:
    """Mean recall over the classes present in ``labels``."""
    recall = [np.mean(predicted[labels == label] == label) for label in np.unique(labels)]
    return float(np.mean(recall))


def confusion(
    logits: Tensor, labels: npt.NDArray[np.int64], num_classes: int
) -> npt.NDArray[np.int64]:
    """Counts (classes, classes), rows true, columns predicted."""
    matrix = confusion_matrix(labels, logits.argmax(1).numpy(), labels=range(num_classes))
    return np.asarray(matrix, dtype=np.int64)


def calibration_error(
    probabilities: Tensor, labels: npt.NDArray[np.int64], bins: int = CALIBRATION_BINS
) -> float:
    """Expected calibration error (Guo et al., ICML 2017, Eq. 3) with 15 equal bins."""
    confidence, predicted = probabilities.max(1)
    right = (predicted == torch.from_numpy(labels)).double().numpy()
    sure = confidence.double().numpy()
    place = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = np.bincount(place, weights=right - sure, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))
