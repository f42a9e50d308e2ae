"""BADGE's vectors against autograd and explicit outer products."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from query_contexts import context_of, random_outputs

from cryoal.diversity import DenseRows, FactoredRows, k_means_plus_plus
from cryoal.strategies import get
from cryoal.strategies.badge import predicted_class_gradient


def explicit_gradients(logits: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
    """Gradient (n, classes * width) of each item's loss by the last layer's weights."""
    rows = []
    for z, h in zip(logits.double(), embeddings.double(), strict=True):
        weights = torch.zeros(len(z), len(h), dtype=torch.float64, requires_grad=True)
        # A layer whose output is z whatever its weights are.
        loss = F.cross_entropy((z + weights @ h)[None], z.argmax()[None])
        rows.append(torch.autograd.grad(loss, weights)[0].flatten())
    return torch.stack(rows)


def test_rows_are_the_gradients() -> None:
    outputs = random_outputs(25, classes=4)
    explicit = explicit_gradients(outputs.logits, outputs.embeddings)
    rows = FactoredRows(predicted_class_gradient(outputs.probabilities), outputs.embeddings)
    assert torch.allclose(rows.squared_norms.double(), explicit.square().sum(1), rtol=1e-4)
    everything = torch.arange(25)
    wanted = (explicit[:, None] - explicit).square().sum(2)
    found = rows.squared_distances(everything, everything)
    assert torch.allclose(found.double(), wanted, rtol=1e-3, atol=1e-5)


def test_it_draws_as_k_means_plus_plus_on_the_gradients() -> None:
    for seed in range(5):
        outputs = random_outputs(60, classes=4, seed=seed)
        explicit = explicit_gradients(outputs.logits, outputs.embeddings)
        chosen = get("badge").strategy().select(context_of(outputs, seed=seed), 8)
        assert chosen[0] == explicit.square().sum(1).argmax()
        assert np.array_equal(chosen, k_means_plus_plus(DenseRows(explicit.float()), 8, seed))


def test_near_certainty_keeps_its_order() -> None:
    logits = torch.tensor([[30.0, 0.0], [25.0, 0.0], [20.0, 0.0], [35.0, 0.0]])
    lengths = predicted_class_gradient(logits.softmax(1)).norm(dim=1)
    assert lengths.argsort(descending=True).tolist() == [2, 1, 0, 3]
