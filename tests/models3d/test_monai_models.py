"""The models made from MONAI compute what MONAI's own do with the same weights."""

import pytest
import torch
from monai.networks.nets.densenet import DenseNet121
from monai.networks.nets.resnet import ResNet
from torch import nn

import models3d


@pytest.mark.parametrize("name", ["resnet10", "resnet18"])
def test_resnet_embeds_as_monai_does(name: str) -> None:
    blocks = {"resnet10": [1, 1, 1, 1], "resnet18": [2, 2, 2, 2]}[name]
    theirs = ResNet(
        "basic",
        blocks,
        [64, 128, 256, 512],
        n_input_channels=1,
        conv1_t_stride=2,
        no_max_pool=True,
        feed_forward=False,
        bias_downsample=False,
    ).eval()
    ours = models3d.build(name, 1, 3, 24).eval()
    prefix = "network."
    theirs.load_state_dict(
        {k.removeprefix(prefix): v for k, v in ours.state_dict().items() if k.startswith(prefix)}
    )
    x = torch.randn(2, 1, 24, 24, 24, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(ours.embed(x), theirs(x))


def test_densenet_embeds_as_monai_does_without_the_pool() -> None:
    theirs = DenseNet121(3, 1, 3).eval()
    theirs.features.pool0 = nn.Identity()
    ours = models3d.build("densenet121", 1, 3, 24).eval()
    layers = {
        k.removeprefix("features.0."): v
        for k, v in ours.state_dict().items()
        if k.startswith("features.0.")
    }
    theirs.features.load_state_dict(layers)
    theirs.class_layers.out.load_state_dict(ours.head.state_dict())
    x = torch.randn(2, 1, 24, 24, 24, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(ours(x), theirs(x))
