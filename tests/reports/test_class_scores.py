"""F1 from counts against scikit-learn."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from cryoal.reports.class_scores import class_f1


@given(st.integers(0, 10**6), st.integers(2, 8), st.integers(1, 60))
@settings(deadline=None, max_examples=40)
def test_same_as_scikit_learn(seed: int, classes: int, items: int) -> None:
    generator = np.random.default_rng(seed)
    truth, predicted = generator.integers(classes, size=(2, items))
    confusion = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(confusion, (truth, predicted), 1)
    f1 = class_f1(confusion)
    present = np.unique(truth)
    slow = f1_score(truth, predicted, labels=present, average=None, zero_division=0.0)
    np.testing.assert_allclose(f1[present], slow)
    assert np.isnan(np.delete(f1, present)).all()
