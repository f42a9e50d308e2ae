"""gradnorm-diverse: exact lengths, last-layer directions, balanced turns."""

from __future__ import annotations

import numpy as np
import torch
from query_contexts import context_of, random_outputs

from cryoal.learning.outputs import Outputs
from cryoal.strategies import get
from cryoal.strategies.badge import predicted_class_gradient
from cryoal.strategies.gradnorm_diverse import rescaled_rows


def test_rows_are_gradients_made_as_long_as_the_exact_norm() -> None:
    outputs = random_outputs(20, classes=4)
    norms = outputs.gradient_norms["entropy"]
    left = predicted_class_gradient(outputs.probabilities)
    rows = rescaled_rows(left, outputs.embeddings, norms)
    outer = torch.einsum("nc,nd->ncd", left.double(), outputs.embeddings.double()).flatten(1)
    explicit = norms[:, None] * torch.nn.functional.normalize(outer)
    assert torch.allclose(rows.squared_norms.double(), norms.double().square(), rtol=1e-4)
    everything = torch.arange(20)
    wanted = (explicit[:, None] - explicit).square().sum(2)
    found = rows.squared_distances(everything, everything)
    assert torch.allclose(found.double(), wanted, rtol=1e-3, atol=1e-5)


def test_without_a_direction_there_is_no_length() -> None:
    rows = rescaled_rows(torch.zeros(2, 3), torch.ones(2, 4), torch.ones(2))
    assert rows.squared_norms.tolist() == [0, 0]


def test_each_predicted_class_has_its_turn() -> None:
    outputs = random_outputs(300, classes=5)
    outputs.gradient_norms["entropy"][outputs.logits.argmax(1) == 2] *= 100
    chosen = get("gradnorm-diverse").strategy().select(context_of(outputs), 40)
    assert np.bincount(outputs.logits.argmax(1)[chosen]).tolist() == [8] * 5


def test_long_gradients_are_drawn_more_often_and_equal_ones_once() -> None:
    twins = random_outputs(6, classes=2, seed=4)
    # All of one class: no turns. Ten copies of each of six gradients, one of them long.
    norms = torch.tensor([5.0, 1, 1, 1, 1, 0.1])
    logits = twins.logits.abs() * torch.tensor([1.0, 0]) + torch.tensor([0.1, 0])
    outputs = Outputs(
        logits.repeat(10, 1), twins.embeddings.repeat(10, 1), {"entropy": norms.repeat(10)}
    )
    strategy = get("gradnorm-diverse").strategy()
    queries = [strategy.select(context_of(outputs, seed=seed), 3) % 6 for seed in range(60)]
    assert all(len(set(query.tolist())) == 3 for query in queries)
    counts = np.bincount(np.concatenate(queries), minlength=6)
    assert counts[0] > 55
    assert counts[5] < counts[1:5].min()
