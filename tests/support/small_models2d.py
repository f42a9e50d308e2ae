"""The 2D models at sizes that tests can afford."""

from functools import cache
from unittest.mock import patch

import torch
from torch import Tensor, nn

import models2d
from models2d import ImageModel

CLASSES = 3
CHANNELS = 2


def build(name: str, seed: int = 0) -> ImageModel:
    """A model for images of ``smallest`` size, its weights drawn from ``seed``.

    The dense layers of vgg16 are narrow here: at full width they hold half a GB.
    """
    with torch.random.fork_rng(), patch.object(models2d.vgg16, "DENSE_FEATURES", 32):
        torch.manual_seed(seed)
        return models2d.build(name, CHANNELS, CLASSES, smallest(name))


@cache
def evaluated(name: str) -> ImageModel:
    """A model in eval mode that tests share and must not change.

    Its BatchNorm is not the identity: running statistics and scales differ from their start.
    """
    model = build(name)
    generator = torch.Generator().manual_seed(1)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.uniform_(-0.1, 0.1, generator=generator)
            module.running_var.uniform_(0.5, 2.0, generator=generator)
            with torch.no_grad():
                module.weight.uniform_(0.5, 1.5, generator=generator)
    return model.eval()


def filled(name: str, state: dict[str, Tensor]) -> ImageModel:
    """A model in eval mode with given weights, without drawing its own first."""
    with torch.device("meta"):
        model = build(name)
    model.load_state_dict(state, assign=True)
    return model.eval()


def smallest(name: str) -> int:
    """The shortest edge, in pixels, that the model takes."""
    return models2d.info(name).min_size_px


def images(name: str, count: int = 2, higher_px: int = 0, wider_px: int = 0) -> Tensor:
    """Noise ``(count, CHANNELS, smallest + higher_px, smallest + wider_px)``."""
    height, width = smallest(name) + higher_px, smallest(name) + wider_px
    generator = torch.Generator().manual_seed(0)
    return torch.randn(count, CHANNELS, height, width, generator=generator)
