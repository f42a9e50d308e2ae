"""Means over seeds, against scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from cryoal.analyses.measurement import Measurement, mean_table, means_of, seed_table


def one(scheme: str, seed: int, value: float | None, items: int = 9) -> Measurement:
    return Measurement({"scheme": scheme, "cycle": 1}, seed, {"items": items}, {"share": value})


def test_means_with_student_limits() -> None:
    values = [0.1, 0.4, 0.3]
    rows = [one("a", seed, value) for seed, value in enumerate(values)]
    (mean,) = means_of(rows)
    interval = mean.intervals["share"]
    low, high = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    assert (interval.mean, interval.low, interval.high) == pytest.approx(
        (np.mean(values), low, high)
    )
    (row,) = mean_table([mean])
    assert row == {
        "scheme": "a",
        "cycle": 1,
        "items": 9,
        "share": interval.mean,
        "share_low": interval.low,
        "share_high": interval.high,
        "share_seeds": 3,
    }


def test_groups_keep_their_order_and_their_smallest_size() -> None:
    rows = [one("b", 0, 1.0, 7), one("a", 0, 2.0), one("b", 1, 3.0, 5)]
    first, second = means_of(rows)
    assert first.keys == {"scheme": "b", "cycle": 1}
    assert first.sizes == {"items": 5}
    assert first.intervals["share"].mean == 2.0
    assert not first.intervals["share"].is_known
    assert second.intervals["share"].count == 1


def test_what_is_not_defined_is_left_out() -> None:
    (mean,) = means_of([one("a", 0, None), one("a", 1, 0.5)])
    assert mean.intervals["share"].count == 1
    assert mean.intervals["share"].mean == 0.5
    (nothing,) = means_of([one("a", 0, None)])
    assert math.isnan(nothing.intervals["share"].mean)


def test_the_table_of_single_runs() -> None:
    assert seed_table([one("a", 4, None)]) == [
        {"scheme": "a", "cycle": 1, "seed": 4, "items": 9, "share": None}
    ]
