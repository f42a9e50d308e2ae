"""Agreement against slow definitions, scikit-learn and published numbers."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from cryoal.labelling.agreement import cohen_kappa, krippendorff_alpha, measure_agreement

tables = st.dictionaries(
    st.integers(0, 30),
    st.dictionaries(st.sampled_from(["ann", "bob", "eva"]), st.integers(0, 2), min_size=1),
    max_size=15,
)


def slow_alpha(answers) -> float | None:
    """Krippendorff's steps: coincidences of ordered pairs, then observed and expected disagreement.

    As in "Computing Krippendorff's Alpha-Reliability", example C.
    """
    coincidences: dict[tuple, float] = {}
    for said in answers.values():
        values = list(said.values())
        for one, two in permutations(values, 2):
            coincidences[one, two] = coincidences.get((one, two), 0) + 1 / (len(values) - 1)
    totals: dict = {}
    for (one, _), count in coincidences.items():
        totals[one] = totals.get(one, 0) + count
    n = sum(totals.values())
    observed = sum(count for (one, two), count in coincidences.items() if one != two)
    expected = sum(totals[one] * totals[two] for one, two in permutations(totals, 2))
    return 1 - (n - 1) * observed / expected if expected else None


@settings(deadline=None, max_examples=60)
@given(tables)
def test_alpha_is_its_slow_definition(answers):
    assert krippendorff_alpha(answers).value == pytest.approx(slow_alpha(answers))


def test_alpha_of_krippendorffs_example():
    nan = None
    observers = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
        [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
    ]
    answers = {
        item: {str(who): row[item] for who, row in enumerate(observers) if row[item] is not None}
        for item in range(12)
    }
    # Published as 0.743 for nominal values.
    assert krippendorff_alpha(answers).value == pytest.approx(0.743, abs=5e-4)


@settings(deadline=None, max_examples=60)
@given(tables)
def test_kappa_is_that_of_scikit_learn(answers):
    both = [said for said in answers.values() if {"ann", "bob"} <= said.keys()]
    ann, bob = [said["ann"] for said in both], [said["bob"] for said in both]
    estimate = cohen_kappa(answers, "ann", "bob")
    if len({*ann, *bob}) < 2:
        assert estimate.value is None
    else:
        assert estimate.value == pytest.approx(cohen_kappa_score(ann, bob))
        if estimate.low is not None:
            assert estimate.low <= estimate.value + 1e-9
            assert estimate.value - 1e-9 <= estimate.high


def noisy(items: int, seed: int, wrong: float = 0.2):
    """Two annotators over three classes, each wrong on a share of the items."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 3, items)
    said = [
        np.where(generator.random(items) < wrong, generator.integers(0, 3, items), truth)
        for _ in range(2)
    ]
    return {item: {"ann": int(said[0][item]), "bob": int(said[1][item])} for item in range(items)}


def test_the_interval_covers_the_true_kappa():
    many = noisy(200_000, seed=0).values()
    truth = cohen_kappa_score([said["ann"] for said in many], [said["bob"] for said in many])
    inside = 0
    for seed in range(100):
        estimate = cohen_kappa(noisy(150, seed + 1), "ann", "bob")
        inside += estimate.low <= truth <= estimate.high
    # 95 % of 100 is 95; fewer than 88 has a chance below 0.5 %.
    assert inside >= 88


def test_the_interval_is_the_one_of_resampling_one_by_one():
    answers = noisy(60, seed=3)
    generator = np.random.default_rng(0)
    values = []
    for _ in range(1000):
        drawn = [answers[item] for item in generator.integers(0, 60, 60)]
        values.append(slow_alpha(dict(enumerate(drawn))))
    low, high = np.percentile(values, [2.5, 97.5])
    estimate = krippendorff_alpha(answers)
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=0.03)


def test_two_annotators_get_kappa_and_their_disagreements():
    answers = {
        4: {"ann": "ribosome", "bob": "junk"},
        1: {"ann": "ribosome", "bob": "ribosome"},
        2: {"ann": "junk"},
        3: {"bob": "junk", "ann": "junk"},
    }
    result = measure_agreement(answers)
    assert result.annotators == ("ann", "bob")
    assert result.items == 3
    assert result.same[0] == pytest.approx(2 / 3)
    assert result.same[1] < 2 / 3 < result.same[2]
    assert result.overall == result.pairs[0].kappa
    assert result.overall.name == "Cohen's kappa"
    assert [(one.item, one.answers) for one in result.disagreements] == [(4, answers[4])]
    assert measure_agreement(answers) == result


def test_three_annotators_get_alpha_and_a_kappa_a_pair():
    answers = {
        0: {"ann": 0, "bob": 0, "eva": 1},
        1: {"ann": 1, "bob": 1},
        2: {"bob": 0, "eva": 0},
    }
    result = measure_agreement(answers)
    assert result.overall.name == "Krippendorff's alpha"
    assert result.overall.value == pytest.approx(slow_alpha(answers))
    assert [(pair.annotators, pair.items) for pair in result.pairs] == [
        (("ann", "bob"), 2),
        (("ann", "eva"), 1),
        (("bob", "eva"), 2),
    ]
    assert [one.item for one in result.disagreements] == [0]


@pytest.mark.parametrize("answers", [{}, {3: {"ann": 1}}, {3: {"ann": 1}, 4: {"bob": 1}}])
def test_nothing_answered_twice(answers):
    result = measure_agreement(answers)
    assert (result.annotators, result.items, result.same, result.overall) == ((), 0, None, None)
    assert result.pairs == result.disagreements == []


def test_one_value_throughout_has_no_coefficient():
    result = measure_agreement({item: {"ann": 1, "bob": 1} for item in range(5)})
    assert result.same[0] == 1.0
    assert result.overall.value is None


def test_an_interval_needs_ten_items():
    answers = noisy(10, seed=1)
    assert cohen_kappa(answers, "ann", "bob").low is not None
    few = {item: answers[item] for item in range(9)}
    estimate = cohen_kappa(few, "ann", "bob")
    assert estimate.value is not None
    assert (estimate.low, estimate.high) == (None, None)


def test_full_agreement_on_several_values():
    result = measure_agreement({item: {"ann": item % 2, "bob": item % 2} for item in range(10)})
    assert result.overall.value == pytest.approx(1.0)
    assert (result.overall.low, result.overall.high) == pytest.approx((1.0, 1.0))
    assert result.same[1] < 0.8
