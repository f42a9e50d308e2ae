"""Mean and deviation of each colour channel, as published for the benchmarks."""

from __future__ import annotations

from dataclasses import dataclass

import torch

_WHITE = 255.0

Levels = tuple[float, float, float]


@dataclass(frozen=True)
class ChannelLevels:
    """Of red, green and blue over all pixels of a training set, black 0 and white 1."""

    means: Levels
    deviations: Levels

    def normalise(self, batch: torch.Tensor) -> torch.Tensor:
        """Grey levels (B, 3, H, W) from 0 to 255, in units of deviations from the mean."""
        means = batch.new_tensor(self.means).view(-1, 1, 1) * _WHITE
        deviations = batch.new_tensor(self.deviations).view(-1, 1, 1) * _WHITE
        return (batch - means) / deviations


CIFAR10 = ChannelLevels((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616))
"""Over all pixels of the 50,000 training images. Much code has deviations of 0.2023, 0.1994 and
0.2010: those are means over the images of each image's own deviation."""

CIFAR100 = ChannelLevels((0.5071, 0.4865, 0.4409), (0.2673, 0.2564, 0.2762))
"""Over all pixels of the 50,000 training images."""

SVHN = ChannelLevels((0.4377, 0.4438, 0.4728), (0.1980, 0.2010, 0.1970))
"""Over all pixels of the 73,257 training images, without the extra set."""

IMAGENET = ChannelLevels((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Those that torchvision's ImageNet models are trained and distributed with."""
