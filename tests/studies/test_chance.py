"""Whether models have learned anything."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from study_results import cell

from cryoal.studies.chance import UNKNOWN, Skills, chance_of, skills_of
from cryoal.studies.results import ALL_LABELS, CellResult


def confusion_of(true: np.ndarray, answers: np.ndarray, classes: int) -> np.ndarray:
    matrix = np.zeros((classes, classes), np.int64)
    np.add.at(matrix, (true, answers), 1)
    return matrix


def test_chance_is_exact_over_all_orders() -> None:
    true, answers = np.array([0, 0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 2, 2, 2])
    accuracies = [np.mean(true == np.array(order)) for order in permutations(answers)]
    mean, deviation = chance_of(confusion_of(true, answers, 3))
    assert mean == pytest.approx(np.mean(accuracies))
    assert deviation == pytest.approx(np.std(accuracies))


def test_one_answer_for_all_is_chance_itself() -> None:
    assert chance_of(np.array([[7, 0], [3, 0]])) == pytest.approx((0.7, 0.0))


def row(scheme: str, seed: int, labelled: int, accuracy: float, cycle: int = 1) -> CellResult:
    """Of a model tested on 24 items of three classes."""
    made = cell(scheme, seed, labelled, accuracy, cycle=cycle)
    return replace(made, chance=1 / 3, chance_deviation=0.1)


def test_what_was_not_measured_is_unknown() -> None:
    assert skills_of([]) == Skills()
    assert skills_of([cell("random", 0, 55, 0.1)]).last == UNKNOWN
    mixed = [row("random", 0, 55, 0.3), cell("random", 1, 55, 0.3)]
    assert skills_of(mixed).last == UNKNOWN
    assert UNKNOWN.is_above


def test_first_last_and_all_labels_are_told_apart() -> None:
    rows = [
        row("random", 0, 55, 0.35),
        row("random", 0, 110, 0.8, cycle=2),
        row(ALL_LABELS, 0, 900, 0.34),
    ]
    skills = skills_of(rows)
    assert [one.is_above for one in (skills.first, skills.last, skills.all_labels)] == [
        False,
        True,
        False,
    ]
    assert (skills.last.accuracy, skills.last.chance) == pytest.approx((0.8, 1 / 3))


def test_seeds_count_together_and_schemes_are_corrected_for() -> None:
    once = skills_of([row("random", 0, 55, 0.52)]).last
    assert not once.is_above  # 1.9 deviations
    twice = skills_of([row("random", seed, 55, 0.52) for seed in range(2)]).last
    assert twice.is_above
    among = [row(f"s{at}", seed, 55, 0.3) for seed in range(2) for at in range(20)]
    among += [row("random", seed, 55, 0.52) for seed in range(2)]
    skill = skills_of(among).last
    assert not skill.is_above
    assert skill.accuracy == pytest.approx(0.52)


def test_models_that_guess_are_hardly_ever_above_chance() -> None:
    """Ten schemes of three seeds that answer at random: a study of them is at chance."""
    generator = np.random.default_rng(0)
    above = 0
    for _ in range(200):
        rows = []
        for scheme in range(10):
            for seed in range(3):
                true = generator.integers(0, 5, 40)
                answers = generator.choice(5, 40, p=[0.5, 0.2, 0.1, 0.1, 0.1])
                chance, deviation = chance_of(confusion_of(true, answers, 5))
                made = cell(f"s{scheme}", seed, 55, float(np.mean(true == answers)))
                rows.append(replace(made, chance=chance, chance_deviation=deviation))
        above += skills_of(rows).last.is_above
    assert above / 200 < 0.06
