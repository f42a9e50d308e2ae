"""Lopsided queries are noticed, even ones are not."""

from __future__ import annotations

import numpy as np
import pytest

from cryoal.runs.balance import effective_classes, lopsided

CLASSES = [f"c{number}" for number in range(10)]


def test_effective_classes() -> None:
    assert effective_classes(np.array([0, 0, 0])) == pytest.approx(1.0)
    assert effective_classes(np.repeat(np.arange(4), 5)) == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("labels", "warns"),
    [
        (np.repeat(np.arange(10), 3), False),
        (np.array([0] * 28 + [1] * 8 + [2] * 5), True),
        (np.array([0, 0, 0, 0]), True),
        (np.array([3]), False),
        (np.array([0, 1]), False),
    ],
)
def test_warning(labels: np.ndarray, warns: bool) -> None:
    sentence = lopsided(labels, CLASSES)
    assert (sentence is not None) == warns
    if sentence:
        assert "c0" in sentence
