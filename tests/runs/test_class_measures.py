"""Scores of classes from counts against scikit-learn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, jaccard_score, recall_score

from cryoal.runs.class_measures import Confusion, Scores, class_f1, class_iou, class_recall


@pytest.mark.parametrize(
    ("measure", "slow"),
    [(class_f1, f1_score), (class_iou, jaccard_score), (class_recall, recall_score)],
)
@given(st.integers(0, 10**6), st.integers(2, 8), st.integers(1, 60))
@settings(deadline=None, max_examples=40)
def test_same_as_scikit_learn(
    measure: Callable[[Confusion], Scores],
    slow: Callable[..., np.ndarray],
    seed: int,
    classes: int,
    items: int,
) -> None:
    generator = np.random.default_rng(seed)
    truth, predicted = generator.integers(classes, size=(2, items))
    confusion = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(confusion, (truth, predicted), 1)
    scores = measure(confusion)
    present = np.unique(truth)
    expected = slow(truth, predicted, labels=present, average=None, zero_division=0.0)
    np.testing.assert_allclose(scores[present], expected)
    assert np.isnan(np.delete(scores, present)).all()
