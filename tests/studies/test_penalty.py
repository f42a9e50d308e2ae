"""The pairwise penalty matrix, against loops over the definition."""

from __future__ import annotations

import numpy as np
import pytest
from study_results import SCHEMES, flat_study, made_up_study

from cryoal.studies.curves import curves_of
from cryoal.studies.penalty import mean_penalty, penalty_matrix


def test_agrees_with_the_definition() -> None:
    curves = curves_of(made_up_study(5, seeds=5, budgets=4, noise=0.02), "accuracy")
    matrix = penalty_matrix(curves)
    for i, first in enumerate(SCHEMES[:5]):
        for j, second in enumerate(SCHEMES[:5]):
            if i == j:
                continue
            beaten = 0
            # The first budget is the initial set, the same for all.
            for budget in range(1, 4):
                difference = curves.of(first)[:, budget] - curves.of(second)[:, budget]
                t = np.sqrt(5) * difference.mean() / difference.std(ddof=1)
                beaten += t > 2.776
            assert matrix[i, j] == beaten / 4
    assert np.nansum(matrix) > 0


def test_column_mean_says_who_is_beaten() -> None:
    noise = np.array([0.0, 0.001, -0.001])
    rows = flat_study(
        {"good": np.column_stack([0.9 + noise]).tolist(), "bad": [[0.1], [0.1], [0.1]]}, [55]
    )
    matrix = penalty_matrix(curves_of(rows, "accuracy"))
    np.testing.assert_array_equal(matrix, [[np.nan, 1], [0, np.nan]])
    assert mean_penalty(matrix).tolist() == [0, 1]


def test_two_seeds_give_no_matrix() -> None:
    matrix = penalty_matrix(curves_of(made_up_study(3, seeds=2), "accuracy"))
    assert np.isnan(matrix).all()
    assert np.isnan(mean_penalty(matrix)).all()


def test_budgets_without_a_test_do_not_count() -> None:
    high = [[0.9, 0.9], [0.8, np.nan], [0.91, np.nan]]
    rows = flat_study({"a": high, "b": [[0.1, 0.1], [0.11, 0.1], [0.12, 0.1]]}, [55, 110])
    assert penalty_matrix(curves_of(rows, "accuracy"))[0, 1] == pytest.approx(1)
