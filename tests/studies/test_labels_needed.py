"""Labels to a target, against a search on a fine grid."""

from __future__ import annotations

import math

import numpy as np
import pytest
from study_results import cell, flat_study

from cryoal.studies.crossing import first_reached, last_below
from cryoal.studies.curves import curves_of
from cryoal.studies.labels_needed import labels_needed
from cryoal.studies.target import Target, TargetKind

LABELLED = np.array([50, 100, 200, 300])
HALF = Target(TargetKind.ABSOLUTE, 0.5)


def curves_from(values, labelled=LABELLED):
    return curves_of(flat_study({"a": values}, list(labelled)), "accuracy")


def test_crossings_agree_with_a_fine_search() -> None:
    generator = np.random.default_rng(2)
    fine = np.linspace(50, 300, 250_001)
    for _ in range(40):
        values = generator.uniform(size=4)
        reached = np.interp(fine, LABELLED, values) >= 0.5
        first = fine[np.argmax(reached)] if reached.any() else math.inf
        below = np.flatnonzero(~reached)
        last = fine[below[-1]] if len(below) else 50
        last = math.inf if len(below) and below[-1] == len(fine) - 1 else last
        assert first_reached(LABELLED, values, 0.5) == pytest.approx(first, abs=0.01)
        assert last_below(LABELLED, values, 0.5) == pytest.approx(last, abs=0.01)


def test_crossing_is_unknown_with_a_gap() -> None:
    assert math.isnan(first_reached(LABELLED, np.array([0.1, np.nan, 0.9, 0.9]), 0.5))
    assert math.isnan(last_below(LABELLED, np.array([0.1, 0.2, 0.9, 0.9]), math.nan))


def test_interval_is_the_set_of_labels_that_the_band_allows() -> None:
    values = np.array(
        [[0.30, 0.44, 0.56, 0.64], [0.32, 0.46, 0.61, 0.66], [0.29, 0.45, 0.57, 0.63]]
    )
    needed = labels_needed(curves_from(values), "a", HALF)
    mean = values.mean(axis=0)
    half = 4.302652729911275 * values.std(axis=0, ddof=1) / math.sqrt(3)
    fine = np.linspace(50, 300, 250_001)
    low, middle, high = (np.interp(fine, LABELLED, v) for v in (mean - half, mean, mean + half))
    allowed = fine[(low <= 0.5) & (high >= 0.5)]
    assert needed.labels == pytest.approx(fine[np.argmax(middle >= 0.5)], abs=0.01)
    assert needed.low == pytest.approx(allowed[0], abs=0.01)
    assert needed.high == pytest.approx(allowed[-1], abs=0.01)
    assert needed.reached == needed.count == 3


def test_interval_holds_the_truth_as_often_as_it_says() -> None:
    generator = np.random.default_rng(5)
    truth = np.array([0.3, 0.42, 0.58, 0.66])
    right = first_reached(LABELLED, truth, 0.5)
    held = 0
    for _ in range(300):
        values = truth + generator.normal(0, 0.02, (4, 1)) + generator.normal(0, 0.02, (4, 4))
        needed = labels_needed(curves_from(values), "a", HALF)
        held += needed.low <= right <= needed.high
    assert held / 300 > 0.92


def test_target_out_of_reach_has_no_upper_limit() -> None:
    values = [[0.1, 0.2, 0.3, 0.45], [0.1, 0.2, 0.3, 0.55], [0.1, 0.2, 0.3, 0.47]]
    needed = labels_needed(curves_from(values), "a", HALF)
    assert needed.labels == math.inf
    assert 200 < needed.low < 300
    assert needed.high == math.inf
    assert (needed.reached, needed.count) == (1, 3)


def test_target_reached_at_once_gives_the_first_budget() -> None:
    needed = labels_needed(curves_from([[0.6, 0.7, 0.8, 0.9]] * 3), "a", HALF)
    assert (needed.labels, needed.low, needed.high) == (50, 50, 50)


def test_two_seeds_give_no_interval() -> None:
    needed = labels_needed(curves_from([[0.4, 0.6, 0.7, 0.7]] * 2), "a", HALF)
    assert needed.labels == pytest.approx(75)
    assert math.isnan(needed.low)
    assert math.isnan(needed.high)


def test_share_of_all_labels_is_taken_seed_by_seed() -> None:
    rows = flat_study({"a": [[0.2, 0.6], [0.2, 0.6], [0.2, 0.6]]}, [50, 100])
    rows += [cell("all-labels", seed, 900, value) for seed, value in enumerate((0.4, 0.8))]
    target = Target(TargetKind.ALL_LABELS, 0.5)
    needed = labels_needed(curves_of(rows, "accuracy"), "a", target)
    # 0.2 is there at once, 0.4 half way; the third seed has no such model.
    assert needed.per_seed[:2] == (50, 75)
    assert math.isnan(needed.per_seed[2])
    assert needed.count == 2


def test_randoms_last_needs_random() -> None:
    target = Target(TargetKind.RANDOM_LAST)
    assert np.isnan(target.levels(curves_from([[0.1, 0.2, 0.3, 0.4]]))).all()
    rows = flat_study({"random": [[0.1, 0.5]], "a": [[0.1, 0.9]]}, [50, 100])
    curves = curves_of(rows, "accuracy")
    assert labels_needed(curves, "random", target).labels == 100
    assert labels_needed(curves, "a", target).labels == pytest.approx(75)
