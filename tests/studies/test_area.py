"""The area under the budget curve."""

from __future__ import annotations

import numpy as np
import pytest
from study_results import flat_study

from cryoal.studies.area import area_under_curve, areas_of
from cryoal.studies.curves import curves_of


def test_by_hand_with_uneven_budgets() -> None:
    # (0.2 + 0.4) / 2 over 10 labels and (0.4 + 0.8) / 2 over 30, of 40 in all.
    area = area_under_curve(np.array([10, 20, 50]), np.array([0.2, 0.4, 0.8]))
    assert area == pytest.approx((0.3 * 10 + 0.6 * 30) / 40)


def test_is_the_mean_height_of_the_line() -> None:
    labelled = np.array([55, 110, 275, 300])
    values = np.random.default_rng(1).uniform(size=4)
    fine = np.linspace(55, 300, 245_001)
    expected = np.interp(fine, labelled, values).mean()
    assert area_under_curve(labelled, values) == pytest.approx(expected, abs=1e-5)


def test_curve_at_one_has_area_one() -> None:
    assert area_under_curve(np.array([5, 7, 100]), np.ones(3)) == pytest.approx(1)


def test_single_budget_is_its_value() -> None:
    assert area_under_curve(np.array([55]), np.array([0.4])) == 0.4


def test_seeds_that_lack_a_budget_have_no_area() -> None:
    rows = flat_study({"a": [[0.2, 0.4], [0.2, np.nan]]}, [55, 110])
    np.testing.assert_allclose(areas_of(curves_of(rows, "accuracy"), "a"), [0.3, np.nan])
