"""Stopping rules by hand-computed numbers, and what they say before they can tell."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cryoal.errors import CryoalError
from cryoal.runs import stopping
from cryoal.runs.stopping import History

NOTHING = np.zeros((0, 5), np.int64)


def slow_kappa(one: np.ndarray, two: np.ndarray) -> float:
    """Cohen 1960: (observed - chance) / (1 - chance)."""
    count = len(one)
    observed = sum(a == b for a, b in zip(one, two, strict=True)) / count
    labels = {*one.tolist(), *two.tolist()}
    chance = sum((np.sum(one == c) / count) * (np.sum(two == c) / count) for c in labels)
    return (observed - chance) / (1 - chance)


def judge(name: str, stop_set=NOTHING, batches=()):
    return stopping.get(name).judge(History(np.asarray(stop_set), batches))


def drifting(changes: list[int], items: int = 400) -> np.ndarray:
    """Predictions of successive models, each changing so many items of the one before."""
    generator = np.random.default_rng(0)
    rows = [generator.integers(0, 4, items)]
    for count in changes:
        row = rows[-1].copy()
        place = generator.choice(items, count, replace=False)
        row[place] = (row[place] + 1) % 4
        rows.append(row)
    return np.stack(rows)


@pytest.mark.parametrize(
    ("changes", "stops"), [([2, 2, 2], True), ([90, 2, 2, 2], True), ([2, 2, 2, 30], False)]
)
def test_kappa_over_the_last_three_pairs(changes, stops):
    rows = drifting(changes)
    verdict = judge("stabilizing-predictions", rows)
    slow = [slow_kappa(one, two) for one, two in pairwise(rows)]
    assert verdict.value == pytest.approx(np.mean(slow[-3:]))
    assert verdict.stop == stops == (np.mean(slow[-3:]) > 0.99)
    assert f"{verdict.value:.3f}" in verdict.explanation


def test_three_models_cannot_tell_yet():
    verdict = judge("stabilizing-predictions", drifting([0, 0]))
    assert (verdict.stop, verdict.value) == (False, None)
    assert "needs 4 models that chose a query, 3 so far" in verdict.explanation


def test_a_run_too_short_for_the_rule_is_told_so():
    rule = stopping.get("stabilizing-predictions")
    verdict = rule.judge(History(drifting([0]), planned=3))
    assert (verdict.stop, verdict.value) == (False, None)
    assert "this run comes to 3; give --cycles 5 or more" in verdict.explanation
    assert "needs 4" in rule.judge(History(drifting([0]), planned=4)).explanation


def test_models_that_know_one_class_do_not_stop_a_run():
    verdict = judge("stabilizing-predictions", np.full((5, 20), 3))
    assert (verdict.stop, verdict.value) == (False, None)
    assert "one class" in verdict.explanation


def test_an_empty_stop_set_tells_nothing():
    verdict = judge("stabilizing-predictions", np.zeros((5, 0), np.int64))
    assert (verdict.stop, verdict.value) == (False, None)
    assert "no item" in verdict.explanation


def test_equal_predictions_of_several_classes_stop():
    verdict = judge("stabilizing-predictions", drifting([0, 0, 0]))
    assert (verdict.stop, verdict.value) == (True, 1.0)


@pytest.mark.parametrize(("right", "stops"), [(18, True), (17, False)])
def test_accuracy_on_the_last_batch_alone(right, stops):
    answered = np.zeros(20, np.int64)
    predicted = (np.arange(20) >= right).astype(np.int64)
    earlier = (np.zeros(5, np.int64), np.zeros(5, np.int64) + (1 if stops else 0))
    verdict = judge("selected-accuracy", batches=[earlier, (predicted, answered)])
    assert verdict.value == pytest.approx(right / 20)
    assert verdict.stop == stops
    assert f"{right} of the 20" in verdict.explanation


def test_answers_without_a_class_are_left_out():
    batch = (np.array([0, 1, 2]), np.array([0, -1, 1]))
    assert judge("selected-accuracy", batches=[batch]).value == 0.5
    nothing = (np.array([0, 1]), np.array([-1, -1]))
    assert judge("selected-accuracy", batches=[batch, nothing]).value is None


def test_nothing_answered_yet():
    verdict = judge("selected-accuracy")
    assert (verdict.stop, verdict.value) == (False, None)


@pytest.mark.parametrize("name", stopping.names())
def test_every_rule_is_described_and_explains_in_one_line(name):
    rule = stopping.get(name)
    assert rule.summary
    assert rule.paper
    batch = (np.array([0, 1]), np.array([0, 1]))
    for history in (History(NOTHING), History(drifting([1, 2, 3]), [batch])):
        assert "\n" not in rule.judge(history).explanation


def test_unknown_rule():
    with pytest.raises(CryoalError, match="did you mean selected-accuracy"):
        stopping.get("selected-acuracy")
