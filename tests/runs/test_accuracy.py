"""Accuracy of posteriors with its interval."""

from __future__ import annotations

import numpy as np
import pytest

from cryoal.runs.accuracy import measured_accuracy
from cryoal.runs.wilson import wilson_interval


def test_rows_with_nan_are_left_out():
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [np.nan, np.nan]])
    accuracy = measured_accuracy(p, np.array([0, 1, 1, 0]))
    assert accuracy.items == 3
    assert accuracy.value == pytest.approx(2 / 3)
    assert (accuracy.low, accuracy.high) == wilson_interval(2 / 3, 3)


def test_nothing_to_measure():
    assert measured_accuracy(np.full((2, 3), np.nan), np.array([0, 1])) is None
    assert measured_accuracy(np.zeros((0, 3)), np.zeros(0, np.int64)) is None
