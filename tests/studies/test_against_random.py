"""Whether a scheme does harm."""

from __future__ import annotations

import numpy as np
import pytest
from study_results import flat_study

from cryoal.studies.against_random import check_against_random
from cryoal.studies.curves import curves_of

RANDOM = [[0.3, 0.5, 0.6], [0.31, 0.52, 0.63], [0.29, 0.51, 0.62], [0.32, 0.5, 0.61]]


def checks(other):
    rows = flat_study({"random": RANDOM, "a": other}, [55, 110, 165])
    return check_against_random(curves_of(rows, "accuracy"))


def test_harm_at_one_budget_is_found() -> None:
    other = np.array(RANDOM)
    other[:, 1] -= [0.05, 0.051, 0.049, 0.05]
    other[:, 2] += [0.1, 0.101, 0.099, 0.1]
    (check,) = checks(other.tolist())
    assert check.worse_at == (110,)
    assert check.surely_worse_at == (110,)
    assert check.better_at == (165,)
    assert check.tested == 3
    labels, test = check.worst
    assert labels == 110
    assert test.difference.mean == pytest.approx(-0.05)


def test_correction_is_over_the_budgets() -> None:
    other = np.array(RANDOM)
    # t = -3.22 with 3 degrees of freedom: p = 0.049 alone, 0.146 among three.
    other[:, 1] -= [0.02, 0.05, 0.03, 0.01]
    (check,) = checks(other.tolist())
    assert check.tests[1].p == pytest.approx(0.049, abs=1e-3)
    assert check.worse_at == (110,)
    assert check.p_holm[1] == pytest.approx(0.146, abs=1e-3)
    assert check.surely_worse_at == ()


def test_two_seeds_test_nothing() -> None:
    rows = flat_study({"random": RANDOM[:2], "a": [[0, 0, 0], [0, 0, 0]]}, [55, 110, 165])
    (check,) = check_against_random(curves_of(rows, "accuracy"))
    assert check.tested == 0
    assert check.worse_at == ()
    assert check.worst is None


def test_nothing_to_check_without_random() -> None:
    rows = flat_study({"a": RANDOM}, [55, 110, 165])
    assert check_against_random(curves_of(rows, "accuracy")) == []
