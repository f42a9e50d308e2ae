"""The weights that the networks start from."""

import pytest
import torch
from torch import nn

from models2d.he_init import he_init


@pytest.mark.parametrize(("fan", "fans"), [("fan_in", (16 * 9, 300)), ("fan_out", (64 * 9, 200))])
def test_variance_is_two_over_fan_and_biases_are_zero(fan: str, fans: tuple[int, int]) -> None:
    layers = nn.Sequential(nn.Conv2d(16, 64, 3), nn.Linear(300, 200))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        he_init(layers, "fan_in" if fan == "fan_in" else "fan_out")
    for layer, size in zip(layers, fans, strict=True):
        assert isinstance(layer, nn.Conv2d | nn.Linear)
        assert torch.isclose(layer.weight.var(), torch.tensor(2 / size), rtol=0.07)
        assert layer.bias is not None
        assert not layer.bias.any()
