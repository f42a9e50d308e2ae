"""Labels saved over random."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from cryoal.studies.labels_needed import LabelsNeeded
from cryoal.studies.saving import Bound, saving
from cryoal.studies.target import Target, TargetKind

TARGET = Target(TargetKind.ABSOLUTE, 0.5)
INF, NAN = math.inf, math.nan


def needed(*per_seed: float) -> LabelsNeeded:
    return LabelsNeeded("a", TARGET, NAN, NAN, NAN, per_seed)


def test_one_half_of_the_labels_saves_one_half() -> None:
    result = saving(needed(50, 60, 70), needed(100, 120, 140), 300)
    assert result.saving == pytest.approx(0.5)
    assert (result.low, result.high) == pytest.approx((0.5, 0.5))
    assert result.bound is Bound.EXACT


def test_is_the_geometric_mean_with_its_t_interval() -> None:
    ours, theirs = np.array([80.0, 120, 100, 90]), np.array([150.0, 160, 210, 170])
    result = saving(needed(*ours), needed(*theirs), 300)
    ratios = np.log(ours / theirs)
    low, high = stats.t.interval(0.95, 3, ratios.mean(), stats.sem(ratios))
    assert result.saving == pytest.approx(1 - stats.gmean(ours / theirs))
    assert (result.low, result.high) == pytest.approx((1 - math.exp(high), 1 - math.exp(low)))


def test_more_labels_than_random_is_a_negative_saving() -> None:
    assert saving(needed(200, 200, 200), needed(100, 100, 100), 300).saving == pytest.approx(-1)


@pytest.mark.parametrize(
    ("ours", "theirs", "bound", "expected"),
    [
        ((150, 150, 150), (300, INF, 300), Bound.AT_LEAST, 0.5),
        ((300, INF, 300), (150, 150, 150), Bound.AT_MOST, -1.0),
        ((INF, 150, 150), (300, INF, 300), Bound.UNKNOWN, NAN),
        ((INF, 150, 150), (INF, 300, 300), Bound.UNKNOWN, NAN),
    ],
)
def test_seeds_that_fall_short_give_a_bound_without_interval(ours, theirs, bound, expected) -> None:
    result = saving(needed(*ours), needed(*theirs), 300)
    assert result.bound is bound
    assert result.saving == pytest.approx(expected, nan_ok=True)
    assert math.isnan(result.low)


def test_only_common_seeds_count() -> None:
    result = saving(needed(50, NAN, 50), needed(100, 100, NAN), 300)
    assert result.count == 1
    assert result.saving == pytest.approx(0.5)
    assert math.isnan(result.low)


def test_no_common_seed_gives_nothing() -> None:
    assert saving(needed(50, NAN), needed(NAN, 50), 300).bound is Bound.UNKNOWN
