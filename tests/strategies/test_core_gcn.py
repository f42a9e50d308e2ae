"""CoreGCN: the loss by hand, learned features, greedy k-center on them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from query_contexts import context_of, random_outputs
from scipy.spatial.distance import cdist

from cryoal.auxiliary import GraphNetwork, SimilarityGraph, seeded
from cryoal.strategies import get
from cryoal.strategies.core_gcn import CoreGcn, state_loss


def test_state_loss_by_hand() -> None:
    odds = torch.tensor([0.5, -1.0, 2.0])
    p = odds.sigmoid()
    wanted = -p[:2].log().mean() - 1.2 * (1 - p[2:]).log().mean()
    assert float(state_loss(odds, 2, 1.2)) == pytest.approx(float(wanted), rel=1e-6)
    wanted = -1.2 * (1 - p).log().mean()
    assert float(state_loss(odds, 0, 1.2)) == pytest.approx(float(wanted), rel=1e-6)


def test_choice_is_greedy_k_center_on_its_features() -> None:
    strategy = CoreGcn(epochs=20)
    outputs, labelled = random_outputs(40), random_outputs(7, seed=9)
    context = context_of(outputs, labelled, seed=3)
    points = torch.cat([labelled.embeddings, outputs.embeddings])
    features = strategy.features(points, 7, 3)
    assert features.shape == (47, 128)
    distances = cdist(features.double(), features.double())
    centres = list(range(7))
    for _ in range(6):
        nearest = distances[:, centres].min(axis=1)
        nearest[centres] = -1
        centres.append(int(nearest.argmax()))
    assert strategy.select(context, 6).tolist() == [row - 7 for row in centres[7:]]


def test_the_network_learns_to_tell_the_labelled_part() -> None:
    """Labelled items fill one side; the network's own loss falls and its odds are right."""
    generator = torch.Generator().manual_seed(0)
    points = torch.rand(60, 5, generator=generator)
    points[:20, 0] += 2
    with seeded(0):
        network = GraphNetwork(SimilarityGraph(points), 16, 0.3)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    for _ in range(200):
        optimizer.zero_grad()
        state_loss(network(), 20, 1.2).backward()
        optimizer.step()
    odds = network.eval()().detach()
    assert (odds[:20, None] > odds[None, 20:]).float().mean() > 0.95


def test_an_uncovered_side_is_asked_first() -> None:
    """Embeddings of two kinds, of which the labelled items know one."""
    generator = torch.Generator().manual_seed(0)
    known, unknown = torch.tensor([3.0, 0, 0.3]), torch.tensor([0, 3.0, 0.3])
    noise = 0.2 * torch.rand(60, 3, generator=generator)
    kinds = torch.arange(50) % 2
    rows = torch.where(kinds[:, None] == 0, known, unknown) + noise[:50]
    outputs, labelled = random_outputs(50, width=3), random_outputs(10, width=3)
    outputs.embeddings.copy_(rows)  # type: ignore[union-attr]
    labelled.embeddings.copy_(known + noise[50:])  # type: ignore[union-attr]
    first = get("core-gcn").strategy().select(context_of(outputs, labelled), 1)
    assert np.array_equal(kinds[first].numpy(), [1])
