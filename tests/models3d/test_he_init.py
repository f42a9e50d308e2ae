"""He's initialisation keeps the scale of activations through a deep ReLU network."""

import torch
from torch import nn

from models3d.he_init import he_init


def test_variance_is_two_over_fan_in_and_biases_are_zero() -> None:
    layers = nn.Sequential(nn.Conv3d(16, 64, 3), nn.Linear(300, 200))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        he_init(layers)
    for layer, fan_in in zip(layers, (16 * 27, 300), strict=True):
        assert isinstance(layer, nn.Conv3d | nn.Linear)
        assert torch.isclose(layer.weight.var(), torch.tensor(2 / fan_in), rtol=0.05)
        assert layer.bias is not None
        assert not layer.bias.any()


def test_scale_survives_twenty_layers() -> None:
    layers = nn.Sequential(
        *(m for _ in range(20) for m in (nn.Linear(256, 256), nn.ReLU())), nn.Linear(256, 256)
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        he_init(layers)
        outputs = layers(torch.randn(64, 256))
    assert 0.3 < outputs.std() < 5
