"""Paired tests of two schemes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from cryoal.studies.paired import paired_test


def test_agrees_with_the_formula() -> None:
    first, second = np.array([0.70, 0.76, 0.81, 0.74]), np.array([0.68, 0.71, 0.80, 0.70])
    differences = first - second
    t = differences.mean() / (differences.std(ddof=1) / math.sqrt(4))
    result = paired_test(first, second)
    assert result.statistic == pytest.approx(t)
    assert result.p == pytest.approx(2 * stats.t.sf(abs(t), 3))
    half = stats.t.ppf(0.975, 3) * differences.std(ddof=1) / 2
    assert result.difference.low == pytest.approx(differences.mean() - half)
    assert result.difference.high == pytest.approx(differences.mean() + half)


def test_five_seeds_are_significant_beyond_the_threshold_of_ash_et_al() -> None:
    generator = np.random.default_rng(3)
    for _ in range(50):
        first, second = generator.normal(0.6, 0.05, 5), generator.normal(0.55, 0.05, 5)
        result = paired_test(first, second)
        assert result.is_better == (result.statistic > 2.7764)
        assert result.is_worse == (result.statistic < -2.7764)


def test_pairing_finds_what_the_spread_of_seeds_hides() -> None:
    luck = np.array([0.3, 0.5, 0.7, 0.9])
    first, second = luck + 0.02 + np.array([1, -1, 1, -1]) * 1e-3, luck
    assert paired_test(first, second).is_better
    assert stats.ttest_ind(first, second).pvalue > 0.9


def test_only_common_seeds_count() -> None:
    first = np.array([0.9, 0.8, np.nan, 0.7, 0.6])
    second = np.array([0.5, np.nan, 0.5, 0.6, 0.3])
    result = paired_test(first, second)
    assert result.difference.count == 3
    assert result.difference.mean == pytest.approx((0.4 + 0.1 + 0.3) / 3)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_seeds_give_no_test(count) -> None:
    result = paired_test(np.full(count, 0.9), np.full(count, 0.1))
    assert not result.is_made
    assert not result.is_better
    assert not result.difference.is_known


def test_equal_values_are_no_difference() -> None:
    values = np.array([0.5, 0.6, 0.7])
    result = paired_test(values, values.copy())
    assert result.p == 1
    assert (result.difference.low, result.difference.high) == (0, 0)


@pytest.mark.parametrize(("seeds", "p"), [(3, 0.25), (5, 0.0625), (6, 0.03125)])
def test_constant_difference_gets_the_sign_flip_test(seeds, p) -> None:
    second = np.linspace(0.3, 0.7, seeds)
    result = paired_test(second + 0.01, second)
    assert result.p == p
    assert result.is_better == (p < 0.05)
    assert result.difference.mean == pytest.approx(0.01)
    assert not result.difference.is_known
