"""The plain uncertainties against hand computation, and what makes them agree."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from cryoal.learning.outputs import Outputs
from cryoal.strategies import QueryContext, Scorer, get

PROBABILITIES = [[0.7, 0.2, 0.1], [0.4, 0.35, 0.25], [0.5, 0.49, 0.01], [1 / 3, 1 / 3, 1 / 3]]
WANTED = {
    "max-entropy": [-sum(p * math.log(p) for p in row) for row in PROBABILITIES],
    "margin": [-0.5, -0.05, -0.01, 0.0],
    "least-confidence": [0.3, 0.6, 0.5, 2 / 3],
}


def context_of(probabilities: list[list[float]]) -> QueryContext:
    logits = torch.tensor(probabilities, dtype=torch.float64).log()
    nothing = np.array([], dtype=np.int64)
    return QueryContext(np.arange(len(probabilities)), Outputs(logits), nothing, nothing, 0)


@pytest.mark.parametrize("name", WANTED)
def test_scores_by_hand(name: str) -> None:
    scorer = get(name).strategy()
    assert isinstance(scorer, Scorer)
    assert scorer.score(context_of(PROBABILITIES)).tolist() == pytest.approx(WANTED[name])


def test_with_two_classes_all_uncertainties_rank_alike() -> None:
    shares = np.random.default_rng(0).uniform(0.01, 0.99, 40)
    context = context_of([[p, 1 - p] for p in shares.tolist()])
    orders = [get(name).strategy().select(context, 40).tolist() for name in WANTED]
    assert orders[0] == orders[1] == orders[2]


def test_a_saturated_posterior_scores_zero_not_nan() -> None:
    logits = torch.tensor([[1000.0, 0.0, -1000.0]])
    nothing = np.array([], dtype=np.int64)
    context = QueryContext(np.arange(1), Outputs(logits), nothing, nothing, 0)
    scorer = get("max-entropy").strategy()
    assert isinstance(scorer, Scorer)
    assert scorer.score(context).item() == 0.0
