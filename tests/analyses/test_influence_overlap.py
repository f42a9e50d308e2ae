"""Table 2, against gradients of single items and sets."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats
from slow_analyses import (
    candidates_of,
    inputs,
    model_of,
    silently,
    slow_gradients,
    slow_norms,
)

from cryoal.analyses.flat_model import FlatModel
from cryoal.analyses.gauss_newton import GaussNewton
from cryoal.analyses.influence_overlap import InfluenceOverlap, share_of
from cryoal.analyses.item_losses import TRUE_LABEL
from cryoal.analyses.measurement import means_of
from cryoal.analyses.subject import Subject

DAMPING = 1.0


def slow_influence(subject: Subject, cycle: int) -> np.ndarray:
    """Of the candidates of ``cycle``, by the next model."""
    after = cycle + 1
    total = slow_gradients(subject, after, subject.journal.split("test"), TRUE_LABEL).sum(0)
    training = np.concatenate([subject.journal.query(c) for c in range(after)])
    model = FlatModel(model_of(subject, after))
    curvature = GaussNewton(model, [inputs(subject, training)], DAMPING)
    direction = curvature.solve(total).vector
    own = slow_gradients(subject, after, candidates_of(subject, cycle), TRUE_LABEL)
    return (own.double() @ direction.double()).numpy()


def test_agreement_is_that_of_single_items(subject: Subject) -> None:
    analysis = InfluenceOverlap(damping=DAMPING)
    found = analysis.measure_cycle(subject, 1, silently)
    influence, candidates = slow_influence(subject, 1), candidates_of(subject, 1)
    assert len(found) == 4
    for one in found:
        first = influence if one.keys["eq_3"] == "influence" else np.abs(influence)
        second = slow_norms(subject, 1, candidates, str(one.keys["eq_5"]))
        correlation = stats.spearmanr(first, second).statistic
        assert one.values["correlation"] == pytest.approx(correlation, abs=0.02)
        largest = [set(np.argsort(own)[-3:].tolist()) for own in (first, second)]
        assert one.values["in_both"] == pytest.approx(len(largest[0] & largest[1]))
        assert one.values["share"] == pytest.approx(len(largest[0] & largest[1]) / 3)
        assert one.values["chance"] == pytest.approx(3 / len(candidates))
        assert one.values["residual"] is not None
        assert one.values["residual"] < 2e-3
        tested = len(subject.journal.split("test"))
        sizes = {"candidates": len(candidates), "k": 3, "training": 7, "test": tested}
        assert one.sizes == sizes
        assert one.keys["damping"] == "1.0"
    assert "Chance gives 0.12" in analysis.verdict(means_of(found))


def test_parts_are_drawn_by_the_seed(subject: Subject) -> None:
    first = InfluenceOverlap(items=5, damping=10.0).measure(subject, silently)
    again = InfluenceOverlap(items=5, damping=10.0).measure(subject, silently)
    assert [one.values for one in first] == [one.values for one in again]
    assert {one.keys["cycle"] for one in first} == {1, 2}
    for one in first:
        assert one.sizes == {"candidates": 5, "k": 1, "training": 5, "test": 5}


def test_the_model_is_left_alone(subject: Subject) -> None:
    before = model_of(subject, 2).state_dict()
    InfluenceOverlap(items=5, damping=10.0).measure_cycle(subject, 1, silently)
    for name, value in model_of(subject, 2).state_dict().items():
        assert torch.equal(value, before[name])


@pytest.mark.parametrize(
    ("query", "part", "everything", "k"),
    [(3, 25, 25, 3), (100, 500, 1000, 50), (1, 5, 1000, 1), (10, 4, 8, 4)],
)
def test_k_is_the_same_share(query: int, part: int, everything: int, k: int) -> None:
    assert share_of(query, part, everything) == k
