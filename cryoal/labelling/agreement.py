"""How far annotators agree beyond chance, and where they do not."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from cryoal.runs.wilson import wilson_interval

Value = Hashable
Answers = Mapping[int, Mapping[str, Value]]
Floats = npt.NDArray[np.float64]
Coefficient = Callable[[Floats], float]
"""From how often each item counts (items,)."""

RESAMPLES = 1000
FEWEST_RESAMPLED = 10
"""Drawing again from fewer items says nothing of what other items would give."""


@dataclass(frozen=True)
class Estimate:
    """A coefficient and its 95 % interval; None where it is not defined.

    Attributes:
        name: of the coefficient.
        value: 1 is full agreement, 0 is what chance gives.
        low, high: percentile interval over resampled items; None with fewer than ten. It has no
            width where nobody ever disagreed: look at ``Agreement.same`` then.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class PairAgreement:
    """Cohen's kappa of two annotators on the ``items`` that both answered."""

    annotators: tuple[str, str]
    items: int
    kappa: Estimate


@dataclass(frozen=True)
class Disagreement:
    """An item with different answers, by annotator."""

    item: int
    answers: dict[str, Value]


@dataclass(frozen=True)
class Agreement:
    """Agreement of all annotators on the items that at least two of them answered.

    Attributes:
        annotators: who shares an item with somebody, sorted.
        items: number of such items.
        same: share of them on which all said the same, and its Wilson interval; None without
            items.
        overall: Cohen's kappa for two annotators, Krippendorff's alpha for more; None for fewer.
        pairs: for each two annotators that share items.
        disagreements: items in ascending order.
    """

    annotators: tuple[str, ...]
    items: int
    same: tuple[float, float, float] | None
    overall: Estimate | None
    pairs: list[PairAgreement]
    disagreements: list[Disagreement]


def measure_agreement(answers: Answers, seed: int = 0) -> Agreement:
    """Compare what annotators said of the same items.

    Args:
        answers: item -> annotator -> what was said (a class position, ``junk``, ...). Items
            with a single answer say nothing of agreement and are left out.
        seed: of the resampling.
    """
    shared = {item: dict(said) for item, said in sorted(answers.items()) if len(said) > 1}
    annotators = tuple(sorted({name for said in shared.values() for name in said}))
    pairs = [pair for pair in _pairs(shared, annotators, seed) if pair.items]
    different = [
        Disagreement(item, said) for item, said in shared.items() if len(set(said.values())) > 1
    ]
    same, overall = None, None
    if shared:
        share = 1 - len(different) / len(shared)
        same = (share, *wilson_interval(share, len(shared)))
        two = len(annotators) == 2
        overall = pairs[0].kappa if two else krippendorff_alpha(shared, seed)
    return Agreement(annotators, len(shared), same, overall, pairs, different)


def cohen_kappa(answers: Answers, one: str, two: str, seed: int = 0) -> Estimate:
    """Cohen's kappa of two annotators on the items that both answered.

    Cohen, Educational and Psychological Measurement 20 (1960) 37: (p_o - p_e) / (1 - p_e).
    Undefined where both gave one and the same value throughout.
    """
    both = [(said[one], said[two]) for said in answers.values() if one in said and two in said]
    values = list(dict.fromkeys(value for pair in both for value in pair))
    first = _one_hot([pair[0] for pair in both], values)
    second = _one_hot([pair[1] for pair in both], values)

    def kappa(weights: Floats) -> float:
        observed = weights @ (first * second).sum(axis=1) / len(both)
        chance = float((weights @ first) @ (weights @ second)) / len(both) ** 2
        return _beyond_chance(1 - observed, 1 - chance)

    return _with_interval("Cohen's kappa", kappa, len(both), seed)


def krippendorff_alpha(answers: Answers, seed: int = 0) -> Estimate:
    """Krippendorff's alpha for nominal values, any number of annotators, missing answers allowed.

    Krippendorff, Content Analysis (2004), ch. 11: 1 - D_o / D_e, from the coincidences of values
    within an item, each item counted by its answers. Items with a single answer are left out.
    """
    said = [list(by.values()) for by in answers.values() if len(by) > 1]
    values = list(dict.fromkeys(value for row in said for value in row))
    counts = np.zeros((len(said), len(values)))
    for at, row in enumerate(said):
        counts[at] = _one_hot(row, values).sum(axis=0)
    answered = counts.sum(axis=1)
    # Ordered pairs of different answers within an item, over its answers less one.
    different = (answered**2 - (counts**2).sum(axis=1)) / np.maximum(answered - 1, 1)

    def alpha(weights: Floats) -> float:
        total = weights @ answered
        by_value = weights @ counts
        expected = (total**2 - by_value @ by_value) / (total - 1)
        return _beyond_chance(weights @ different, expected)

    return _with_interval("Krippendorff's alpha", alpha, len(said), seed)


def _pairs(answers: Answers, annotators: tuple[str, ...], seed: int) -> list[PairAgreement]:
    pairs = []
    for one, two in combinations(annotators, 2):
        items = sum(one in said and two in said for said in answers.values())
        pairs.append(PairAgreement((one, two), items, cohen_kappa(answers, one, two, seed)))
    return pairs


def _one_hot(said: list[Value], values: list[Value]) -> Floats:
    """(n, values): 1 where an answer is a value."""
    place = {value: at for at, value in enumerate(values)}
    return np.eye(len(values))[[place[value] for value in said]].reshape(len(said), len(values))


def _beyond_chance(observed: float, expected: float) -> float:
    """1 - observed / expected disagreement, NaN where none can be expected."""
    return 1 - observed / expected if expected > 1e-12 else np.nan


def _with_interval(name: str, coefficient: Coefficient, items: int, seed: int) -> Estimate:
    """The coefficient on all items, and its percentiles over items drawn with replacement.

    Zapf et al., BMC Medical Research Methodology 16 (2016) 93, recommend this bootstrap for such
    coefficients. Draws on which the coefficient is not defined are left out.
    """
    value = coefficient(np.ones(items)) if items else np.nan
    if np.isnan(value):
        return Estimate(name, None, None, None)
    if items < FEWEST_RESAMPLED:
        return Estimate(name, float(value), None, None)
    generator = np.random.default_rng(seed)
    share = np.full(items, 1 / items)
    draws = [
        coefficient(generator.multinomial(items, share).astype(np.float64))
        for _ in range(RESAMPLES)
    ]
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return Estimate(name, float(value), float(low), float(high))
