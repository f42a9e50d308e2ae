"""From items as stored to what the task model sees."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from cryoal.learning.recipe import Recipe
from cryoal.pools.pool import Pool
from cryoal.volumes.augmentation import VolumeAugmentation
from cryoal.volumes.filters import gaussian_lowpass


@dataclass(frozen=True)
class Preparation:
    """Normalise, in training augment, low-pass and bring back to unit variance.

    The low-pass comes after the augmentation, so that added noise is filtered as the data's own
    noise is, and prediction sees the same power spectrum as training.
    """

    pool: Pool
    recipe: Recipe

    def __call__(self, raw: Tensor) -> Tensor:
        """Raw items (B, C, *spatial) as a model sees them in prediction."""
        return self.finish(self.pool.normalise(raw))

    def training_view(self, normalised: Tensor, generator: torch.Generator) -> Tensor:
        """Normalised items (B, C, *spatial) with a fresh random draw each."""
        settings = self.recipe.augmentation
        augment = VolumeAugmentation(settings.rotations, settings.shift_px, settings.noise_std)
        return self.finish(augment(normalised, generator))

    def finish(self, batch: Tensor) -> Tensor:
        if self.recipe.lowpass_px == 0:
            return batch
        smooth = gaussian_lowpass(batch, self.recipe.lowpass_px)
        axes = tuple(range(1, smooth.ndim))
        return smooth / smooth.std(dim=axes, keepdim=True).clamp_min(1e-6)
