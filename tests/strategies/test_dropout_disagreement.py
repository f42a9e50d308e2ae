"""MC-dropout and BALD against their definitions by loops."""

from __future__ import annotations

import math

import pytest
import torch
from query_contexts import context_of, random_outputs

from cryoal.learning.outputs import Outputs
from cryoal.strategies import Scorer, get


def entropy(odds: list[float]) -> float:
    return -sum(p * math.log(p) for p in odds if p > 0)


def scores(name: str, outputs: Outputs) -> list[float]:
    scorer = get(name).strategy()
    assert isinstance(scorer, Scorer)
    return scorer.score(context_of(outputs)).tolist()


def test_mc_dropout_is_the_entropy_of_the_mean() -> None:
    outputs = random_outputs(12)
    means = outputs.samples.double().mean(0).tolist()
    assert scores("mc-dropout", outputs) == pytest.approx([entropy(row) for row in means], rel=1e-5)


def test_bald_is_what_a_label_tells_of_the_mask() -> None:
    outputs = random_outputs(12)
    wanted = []
    for item in range(12):
        drawn = outputs.samples[:, item].double().tolist()
        mean = [sum(column) / len(drawn) for column in zip(*drawn, strict=True)]
        wanted.append(entropy(mean) - sum(entropy(row) for row in drawn) / len(drawn))
    assert scores("bald", outputs) == pytest.approx(wanted, abs=1e-6)


def test_bald_wants_disagreement_where_mc_dropout_wants_doubt() -> None:
    certain_but_torn = [[1.0, 0.0], [0.0, 1.0]]
    doubtful = [[0.5, 0.5], [0.5, 0.5]]
    samples = torch.tensor([certain_but_torn, doubtful]).transpose(0, 1)
    outputs = Outputs(torch.zeros(2, 2), samples=samples)
    assert scores("mc-dropout", outputs) == pytest.approx([math.log(2)] * 2)
    assert scores("bald", outputs) == pytest.approx([math.log(2), 0.0])
