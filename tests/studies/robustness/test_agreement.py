"""How alike rankings are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cryoal.studies.robustness.agreement import mean_correlation, mean_overlap


def test_against_scipy_with_ties() -> None:
    generator = np.random.default_rng(0)
    scores = [generator.integers(0, 9, 50).astype(float) for _ in range(3)]
    pairs = [(0, 1), (0, 2), (1, 2)]
    expected = np.mean([stats.spearmanr(scores[a], scores[b]).statistic for a, b in pairs])
    assert mean_correlation(scores) == pytest.approx(expected)


def test_the_same_ranking_agrees_and_chance_does_not() -> None:
    generator = np.random.default_rng(0)
    one = generator.standard_normal(400)
    assert mean_correlation([one, np.exp(one), 2 * one]) == pytest.approx(1)
    assert mean_overlap([one, np.exp(one)], 40) == 1
    drawn = [generator.standard_normal(400) for _ in range(4)]
    assert mean_correlation(drawn) == pytest.approx(0, abs=0.08)
    assert mean_overlap(drawn, 40) == pytest.approx(40 / 400, abs=0.06)
    assert mean_correlation([one, -one]) == pytest.approx(-1)


def test_overlap_by_hand() -> None:
    one, two = np.array([5.0, 4, 3, 2, 1]), np.array([5.0, 1, 2, 3, 4])
    assert mean_overlap([one, two], 2) == 0.5
    assert mean_overlap([one, two], 5) == 1
    assert mean_overlap([one, two, one], 2) == pytest.approx((0.5 + 1 + 0.5) / 3)


def test_scores_without_any_order() -> None:
    assert mean_correlation([np.ones(4), np.arange(4.0)]) is None
