"""From items as stored to what the task model sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from cryoal.learning.recipe import Recipe
from cryoal.pools.augmentation import Augmentation
from cryoal.pools.pool import Pool
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
        """Raw items (B, C, *spatial) as a model sees them in prediction, in one view."""
        return next(self.views(raw, 1))

    def views(self, raw: Tensor, count: int) -> Iterator[Tensor]:
        """Raw items (B, C, *spatial) turned in ``count`` ways, or in as many as there are."""
        normalised = self.pool.normalise(raw)
        for number in range(self.number_of_views(count)):
            yield self.view(normalised, number)

    def view(self, normalised: Tensor, number: int) -> Tensor:
        """Normalised items (B, C, *spatial) turned in one way."""
        return self.finish(self.augmentation.turned(normalised, number))

    def number_of_views(self, count: int) -> int:
        """``count``, or how many there are where the augmentation has fewer."""
        copies = self.augmentation.copies
        return count if copies is None else min(count, copies)

    def training_view(self, normalised: Tensor, generator: torch.Generator) -> Tensor:
        """Normalised items (B, C, *spatial) with a fresh random draw each."""
        return self.finish(self.augmentation(normalised, generator))

    @property
    def augmentation(self) -> Augmentation:
        """What training draws from."""
        return self.pool.augmentation(self.recipe.augmentation)

    def finish(self, batch: Tensor) -> Tensor:
        if self.recipe.lowpass_px == 0:
            return batch
        smooth = gaussian_lowpass(batch, self.recipe.lowpass_px)
        axes = tuple(range(1, smooth.ndim))
        return smooth / smooth.std(dim=axes, keepdim=True).clamp_min(1e-6)
