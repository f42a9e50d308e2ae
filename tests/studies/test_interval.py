"""Intervals of a mean over seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from cryoal.studies.interval import curve_intervals, t_interval


def test_agrees_with_scipy() -> None:
    values = np.array([0.71, 0.78, 0.74, 0.69])
    expected = stats.t.interval(0.95, 3, loc=values.mean(), scale=stats.sem(values))
    interval = t_interval(values)
    assert (interval.low, interval.high) == pytest.approx(expected)
    assert interval.count == 4


def test_three_seeds_by_hand() -> None:
    # Mean 2, standard error 1 / sqrt(3), t(0.975, 2) = 4.303 in every table.
    interval = t_interval(np.array([1.0, 2.0, 3.0]))
    assert interval.mean == 2
    assert interval.high - 2 == pytest.approx(4.303 / math.sqrt(3), abs=1e-3)


def test_missing_seeds_are_left_out() -> None:
    assert t_interval(np.array([1.0, np.nan, 2.0, 3.0])) == t_interval(np.array([1.0, 2.0, 3.0]))


@pytest.mark.parametrize("values", [[0.5], [0.4, 0.6]])
def test_fewer_than_three_seeds_give_no_interval(values) -> None:
    interval = t_interval(np.array(values))
    assert interval.mean == pytest.approx(0.5)
    assert not interval.is_known


def test_no_seed_gives_nothing() -> None:
    interval = t_interval(np.array([np.nan]))
    assert math.isnan(interval.mean)
    assert interval.count == 0


def test_equal_values_give_an_interval_without_width() -> None:
    interval = t_interval(np.full(5, 0.25))
    assert (interval.low, interval.high) == (0.25, 0.25)


def test_one_interval_a_budget() -> None:
    values = np.array([[0.1, 0.5], [0.2, np.nan], [0.3, 0.7]])
    assert [interval.count for interval in curve_intervals(values)] == [3, 2]
