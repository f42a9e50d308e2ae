"""Taps on every task model; nothing stays behind."""

from __future__ import annotations

import pytest
import torch
from small_pools import small_model
from torch import Tensor, nn

import models3d
from cryoal.auxiliary import FeatureTaps, find_taps
from cryoal.errors import CryoalError

ITEM = (1, 24, 24, 24)


@pytest.mark.parametrize("name", models3d.names())
@pytest.mark.parametrize("training", [True, False])
def test_every_model_has_taps_and_is_left_as_it_was(name: str, training: bool) -> None:
    torch.manual_seed(0)
    model = models3d.build(name, 1, 3, 24).train(training)
    model.head.train(not training)
    state = {key: value.clone() for key, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    taps = find_taps(model, ITEM)
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, state[key]) for key, value in model.state_dict().items())
    assert 1 <= len(taps) <= 4
    assert len({tap.edges for tap in taps}) == len(taps)
    watching = FeatureTaps(taps)
    batch = torch.randn(2, *ITEM)
    with torch.no_grad(), watching.attached(model):
        model(batch)
        shapes = [tuple(one.shape) for one in watching.maps]
    assert shapes == [(2, tap.channels, *tap.edges) for tap in taps]
    assert not any(module._forward_hooks for module in model.modules())


def test_the_last_map_of_each_resolution() -> None:
    model = models3d.build("compact", 1, 3, 24)
    assert [(tap.layer, tap.channels, tap.edges[0]) for tap in find_taps(model, ITEM)] == [
        ("features.3", 32, 12),
        ("features.4", 64, 6),
        ("features.5", 128, 3),
    ]


def test_maps_are_those_of_the_last_pass_and_carry_gradients() -> None:
    model = small_model((1, 8, 8), 2).train()
    watching = FeatureTaps(find_taps(model, (1, 8, 8)))
    with watching.attached(model):
        model(torch.randn(3, 1, 8, 8))
        model(torch.randn(5, 1, 8, 8))
        assert [len(one) for one in watching.maps] == [5, 5]
        watching.maps[0].sum().backward()
    assert model.features[0].weight.grad is not None


def test_of_many_resolutions_four_spread_over_the_pass() -> None:
    layers = [nn.Conv2d(1 if number == 0 else 2, 2, 3) for number in range(7)]
    taps = find_taps(nn.Sequential(*layers, nn.Flatten()), (1, 20, 20))
    assert [tap.layer for tap in taps] == ["0", "2", "4", "6"]


def test_hooks_go_when_the_pass_fails() -> None:
    class Broken(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Conv2d(1, 2, 3)

        def forward(self, x: Tensor) -> Tensor:
            raise RuntimeError(str(self.layer(x).shape))

    model = Broken()
    with pytest.raises(RuntimeError):
        find_taps(model, (1, 8, 8))
    assert not model.layer._forward_hooks
    assert model.training


def test_a_model_without_feature_maps_is_refused() -> None:
    dense = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
    with pytest.raises(CryoalError, match="no layer with a feature map"):
        find_taps(dense, (1, 8, 8))
