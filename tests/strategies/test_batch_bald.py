"""BatchBALD's joint entropies against all label configurations, one by one."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from query_contexts import context_of, random_outputs

from cryoal.learning.outputs import Outputs
from cryoal.strategies import get
from cryoal.strategies.batch_bald import BatchBald
from cryoal.strategies.label_configurations import LabelConfigurations


def joint_information(samples: torch.Tensor, items: list[int]) -> float:
    """Mutual information of the labels of ``items`` and the draw (draws, n, classes), in nats."""
    draws, _, classes = samples.shape
    p = samples.double().numpy()
    information = 0.0
    for labels in itertools.product(range(classes), repeat=len(items)):
        given_draw = [
            math.prod(p[t, i, y] for i, y in zip(items, labels, strict=True)) for t in range(draws)
        ]
        odds = sum(given_draw) / draws
        information -= odds * math.log(odds)
        information += sum(q * math.log(q) for q in given_draw) / draws
    return information


def test_information_is_that_of_all_configurations() -> None:
    samples = random_outputs(8, classes=3).samples
    exact = LabelConfigurations(4, 1000, torch.Generator().manual_seed(0))
    chosen: list[int] = []
    for item in (2, 5, 7, 0):
        before = joint_information(samples, chosen) if chosen else 0.0
        wanted = [joint_information(samples, [*chosen, other]) - before for other in range(8)]
        assert exact.information(samples).tolist() == pytest.approx(wanted, abs=2e-5)
        exact.add(samples[:, item])
        chosen.append(item)
    assert exact.odds.sum() == pytest.approx(1)


def test_sampled_configurations_agree_with_all() -> None:
    samples = random_outputs(8, classes=3).samples
    exact = LabelConfigurations(4, 10**6, torch.Generator().manual_seed(0))
    sampled = LabelConfigurations(4, 20_000, torch.Generator().manual_seed(0))
    few = LabelConfigurations(4, 8, torch.Generator().manual_seed(0))
    for item in range(5):
        for one in (exact, sampled, few):
            one.add(samples[:, item])
    sampled.sample(samples[:, 5])
    exact.add(samples[:, 5])
    assert torch.allclose(sampled.information(samples), exact.information(samples), atol=5e-3)
    assert len(few.odds) == 8
    assert sampled.unknown == pytest.approx(exact.unknown, abs=0.01)


def test_choice_is_greedy_in_the_joint_information() -> None:
    for seed in range(5):
        outputs = random_outputs(9, classes=3, seed=seed)
        chosen: list[int] = []
        for _ in range(4):
            rest = [item for item in range(9) if item not in chosen]
            gains = [joint_information(outputs.samples, [*chosen, item]) for item in rest]
            chosen.append(rest[int(np.argmax(gains))])
        query = BatchBald(unknown=0.0).select(context_of(outputs, seed=seed), 4)
        assert query.tolist() == chosen


def test_it_does_not_ask_the_same_twice_as_bald_does() -> None:
    torn = torch.tensor([[0.95, 0.05], [0.05, 0.95], [0.95, 0.05], [0.05, 0.95]])
    other = torch.tensor([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9]])
    samples = torch.stack([torn, torn, torn, other], dim=1)
    context = context_of(Outputs(torch.zeros(4, 2), samples=samples))
    assert set(get("bald").strategy().select(context, 2)) < {0, 1, 2}
    assert 3 in get("batch-bald").strategy().select(context, 2)
