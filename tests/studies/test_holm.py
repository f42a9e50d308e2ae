"""Holm's correction."""

from __future__ import annotations

import numpy as np
import pytest

from cryoal.studies.holm import holm


def test_example_by_hand() -> None:
    # Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1; the last is raised to the one before.
    corrected = holm(np.array([0.01, 0.04, 0.03, 0.005]))
    assert corrected == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_rejects_what_the_step_down_procedure_rejects() -> None:
    generator = np.random.default_rng(0)
    for _ in range(100):
        p_values = generator.uniform(0, 0.06, 7)
        rejected = set()
        for rank, at in enumerate(np.argsort(p_values)):
            if p_values[at] > 0.05 / (7 - rank):
                break
            rejected.add(int(at))
        assert set(np.flatnonzero(holm(p_values) <= 0.05).tolist()) == rejected


def test_never_above_one_and_never_below_p() -> None:
    p_values = np.array([0.9, 0.5, 0.7])
    corrected = holm(p_values)
    assert (corrected <= 1).all()
    assert (corrected >= p_values).all()


def test_tests_that_were_not_made_do_not_count() -> None:
    corrected = holm(np.array([np.nan, 0.01, np.nan, 0.03]))
    assert np.isnan(corrected[[0, 2]]).all()
    assert corrected[[1, 3]] == pytest.approx([0.02, 0.03])


def test_no_test_at_all() -> None:
    assert len(holm(np.array([]))) == 0
