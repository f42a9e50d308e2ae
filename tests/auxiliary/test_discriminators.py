"""Both discriminators tell easy cases apart, in 2D and 3D and at any size."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cryoal.auxiliary import ConvolutionalDiscriminator, LatentDiscriminator


def accuracy_after_training(model: nn.Module, items: Tensor, states: Tensor) -> float:
    """On the second half, trained on the first."""
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    half = len(items) // 2
    for _ in range(100):
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(model(items[:half]), states[:half]).backward()
        optimizer.step()
    with torch.no_grad():
        return float(((model(items[half:]) > 0) == (states[half:] > 0)).float().mean())


def test_latent_vectors() -> None:
    torch.manual_seed(0)
    states = (torch.arange(200) % 2).float()
    items = torch.randn(200, 6)
    items[:, 0] = items[:, 0].abs() * (2 * states - 1)
    assert accuracy_after_training(LatentDiscriminator(6, (32, 32)), items, states) > 0.85


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("edge", [1, 3, 7])
def test_feature_maps(axes: int, edge: int) -> None:
    torch.manual_seed(0)
    states = (torch.arange(80) % 2).float()
    items = torch.randn(80, 3, *(edge,) * axes)
    items[:, 1] += 2 * (states.view(-1, *(1,) * axes) - 0.5) * 2
    model = ConvolutionalDiscriminator(3, axes, (6, 4), 16)
    assert accuracy_after_training(model, items, states) > 0.9
