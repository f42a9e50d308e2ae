"""The thin products against the matrix that is never made."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from cryoal.auxiliary import GraphNetwork, SimilarityGraph


def dense_adjacency(points: Tensor) -> Tensor:
    """colnorm(X X^T - I) + I as in the published code, with sums of at least 1."""
    rows = F.normalize(points.double())
    alike = rows @ rows.T
    alike.fill_diagonal_(0.0)
    return alike / alike.sum(0).clamp_min(1.0) + torch.eye(len(points), dtype=torch.float64)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("count", [1, 2, 60])
def test_against_the_dense_matrix(signed: bool, count: int) -> None:
    generator = torch.Generator().manual_seed(0)
    points = torch.randn(count, 7, generator=generator)
    if not signed:
        points = points.abs()  # as after ReLU: the published form exactly
    values = torch.randn(count, 3, generator=generator)
    found = SimilarityGraph(points).propagate(values)
    assert torch.allclose(found.double(), dense_adjacency(points) @ values.double(), atol=1e-5)


def test_columns_sum_to_two_for_points_that_are_alike() -> None:
    points = torch.rand(30, 5, generator=torch.Generator().manual_seed(0))
    adjacency = SimilarityGraph(points).propagate(torch.eye(30))
    assert torch.allclose(adjacency.sum(0), torch.full((30,), 2.0), atol=1e-5)
    assert torch.allclose(adjacency.diagonal(), torch.ones(30), atol=1e-6)


def test_points_of_no_length_and_equal_points() -> None:
    values = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(SimilarityGraph(torch.zeros(4, 3)).propagate(values), values)
    equal = SimilarityGraph(torch.ones(4, 3)).propagate(values)
    others = (values.sum(0) - values) / 3
    assert torch.allclose(equal, values + others, atol=1e-6)


def test_network_and_its_gradients_against_dense_convolutions() -> None:
    torch.manual_seed(0)
    points = torch.rand(20, 5)
    network = GraphNetwork(SimilarityGraph(points), width=4, dropout=0.3).eval()
    adjacency = dense_adjacency(points).float()
    rows = F.normalize(points)
    first, second = network.hidden, network.output
    hidden = torch.relu(adjacency @ (rows @ first.weight.T) + first.bias)
    wanted = (adjacency @ (hidden @ second.weight.T) + second.bias)[:, 0]
    assert torch.allclose(network.features(), hidden, atol=1e-5)
    assert torch.allclose(network(), wanted, atol=1e-5)
    found = torch.autograd.grad(network().square().sum(), list(network.parameters()))
    slow = torch.autograd.grad(wanted.square().sum(), list(network.parameters()))
    assert all(torch.allclose(a, b, rtol=1e-3, atol=1e-4) for a, b in zip(found, slow, strict=True))
