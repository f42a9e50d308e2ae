"""What all pools of images share, however they are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from cryoal.augmentation_settings import AugmentationSettings
from cryoal.errors import CryoalError
from cryoal.pools.images.channel_levels import ChannelLevels
from cryoal.pools.images.image_augmentation import ImageAugmentation
from cryoal.pools.pool import Pool


def image_recipe(flips: bool) -> Mapping[str, Any]:
    """What photographs are trained with; the augmentation is that of He et al., CVPR 2016."""
    augmentation = {"rotations": "none", "flips": flips, "shift_px": 4, "noise_std": 0.0}
    return {"lowpass_px": 0.0, "views": 1, "augmentation": augmentation}


class ImagePool(Pool):
    """Colour images of one size (3, H, W) in grey levels from 0 to 255.

    ``read`` gives images as they are, constant ones too: each channel is brought to the mean and
    deviation of the whole data set, not of the image, so that they do no harm.

    Attributes:
        levels: of the channels of the data set.
    """

    levels: ChannelLevels
    warnings: list[str]

    recipe = image_recipe(flips=True)

    def normalise(self, batch: torch.Tensor) -> torch.Tensor:
        """Mean 0 and deviation 1 of each channel over the whole data set."""
        return self.levels.normalise(batch)

    def augmentation(self, settings: AugmentationSettings) -> ImageAugmentation:
        if settings.rotations != "none":
            raise CryoalError(
                f"recipe.augmentation.rotations: {settings.rotations}: images are not turned; "
                "give none, or leave it out"
            )
        if settings.crop_px is not None:
            raise CryoalError(
                "recipe.augmentation.crop_px: is for images with classes of pixels; leave it out"
            )
        return ImageAugmentation(settings.flips, settings.shift_px, settings.noise_std)

    def pictures(self, batch: torch.Tensor) -> npt.NDArray[np.float32]:
        """The images themselves, colours 0 to 1 (B, H, W, 3)."""
        return (batch / 255).movedim(1, -1).numpy().astype(np.float32)

    def _positions(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        positions = np.asarray(indices, dtype=np.int64)
        if positions.size and (positions.min() < 0 or positions.max() >= len(self)):
            raise IndexError(f"positions go from 0 to {len(self) - 1} in this pool")
        return positions
