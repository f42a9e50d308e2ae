"""Parameters of the published models as their sources count them, of our own counted by hand.

A convolution without bias of kernel edge k from a to b channels has k^2 a b weights; BatchNorm
of b channels has 2 b. A basic block from a to b has 9 a b + 9 b b + 4 b, and its shortcut, where
a is not b, a b + 2 b.
"""

import pytest
import torch

import models2d


def block(a: int, b: int) -> int:
    shortcut = 0 if a == b else a * b + 2 * b
    return 9 * a * b + 9 * b * b + 4 * b + shortcut


# Stem 9*3*32 + 64; head 128*10 + 10.
COMPACT = 928 + block(32, 64) + block(64, 128) + block(128, 128) + 1_290

# Stem 25*3*24 + 48; merging convolution 9*144*64 + 128; head 64*11 + 11.
COMPACT_SEGMENTATION = 1_848 + block(24, 48) + block(48, 96) + 2 * block(96, 96) + 83_072 + 715

PARAMETERS = {  # name: (classes, parameters) at 3 channels
    "resnet18": (1000, 11_689_512),  # torchvision's documentation
    "resnet18-cifar": (10, 11_173_962),  # kuangliu/pytorch-cifar, ResNet18
    "vgg16": (1000, 138_357_544),  # torchvision's documentation
    "vgg16-cifar": (10, 14_728_266),  # kuangliu/pytorch-cifar, VGG('VGG16')
    "drn-d-22": (1000, 16_393_752),  # README of osmr/imgclsmob; 16.4 M in that of fyu/drn
    "compact": (10, COMPACT),
    "compact-segmentation": (11, COMPACT_SEGMENTATION),
}


def test_every_model_is_counted() -> None:
    assert sorted(PARAMETERS) == models2d.names()


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_as_many_as_the_source_says(name: str) -> None:
    classes, parameters = PARAMETERS[name]
    with torch.device("meta"):  # shapes without storage
        model = models2d.build(name, in_channels=3, num_classes=classes, size_px=224)
    assert sum(p.numel() for p in model.parameters()) == parameters


def test_the_compact_models_are_small() -> None:
    assert 300_000 < COMPACT < 700_000
    assert COMPACT_SEGMENTATION < 700_000
