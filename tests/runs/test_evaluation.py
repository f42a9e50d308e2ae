"""Metrics against hand computation."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cryoal.runs.evaluation import calibration_error, classification_metrics, confusion

LABELS = np.array([0, 0, 0, 1, 1, 3])
PREDICTED = np.array([0, 0, 1, 1, 0, 3])


def logits_for(predicted: np.ndarray, classes: int = 4, height: float = 5.0) -> torch.Tensor:
    return height * torch.nn.functional.one_hot(torch.from_numpy(predicted), classes).double()


def test_metrics_by_hand() -> None:
    metrics = classification_metrics(logits_for(PREDICTED), LABELS)
    assert metrics["accuracy"] == pytest.approx(4 / 6)
    assert metrics["balanced_accuracy"] == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    f1 = [2 * 2 / (2 * 2 + 1 + 1), 2 * 1 / (2 * 1 + 1 + 1), 1.0]
    assert metrics["macro_f1"] == pytest.approx(np.mean(f1))
    assert metrics["worst_f1"] == pytest.approx(min(f1))


def test_confusion_counts_rows_true() -> None:
    wanted = [[2, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]
    assert confusion(logits_for(PREDICTED), LABELS, 4).tolist() == wanted


def test_calibration_error_is_the_gap_of_confidence_and_accuracy() -> None:
    probabilities = torch.tensor([[0.9, 0.1]] * 10)
    labels = np.array([0] * 6 + [1] * 4)
    assert calibration_error(probabilities, labels) == pytest.approx(0.3)
    sure = torch.tensor([[1.0, 0.0]] * 4)
    assert calibration_error(sure, np.zeros(4, dtype=np.int64)) == pytest.approx(0.0)
