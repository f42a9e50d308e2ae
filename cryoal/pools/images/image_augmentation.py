"""Random views of a photograph: mirrored, shifted, with noise."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from cryoal.volumes.augmentation import add_noise


@dataclass(frozen=True)
class ImageAugmentation:
    """Draws, for every image of a batch on its own, a mirror image, a shift and added noise.

    With ``shift_px`` 4 it is the padded random crop of the CIFAR recipes (He et al., CVPR 2016,
    section 4.2), but for the colour of the padding: it is the data set's mean, not black.

    Args:
        flips: whether half of the images are mirrored left to right.
        shift_px: shifts are integers drawn from [-shift_px, shift_px] along both axes; what comes
            in at an edge is 0.
        noise_std: white noise with a standard deviation drawn from [0, noise_std] per image.
    """

    flips: bool
    shift_px: int
    noise_std: float

    copies = 1

    def __call__(self, batch: Tensor, generator: torch.Generator) -> Tensor:
        """Augmented copy of ``batch`` (B, C, H, W), drawn on the batch's device."""
        return self._noisy(self._moved(batch, generator), generator)

    def pair(
        self, batch: Tensor, masks: Tensor, generator: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Augmented copies of ``batch`` (B, C, H, W) and of the classes of its pixels.

        Args:
            masks: classes (B, H, W), -1 for void, moved as the images are. What comes in at an
                edge is void.
        """
        # One class up, so that the 0 that comes in at an edge is void.
        together = torch.cat([batch, masks[:, None] + 1], dim=1)
        moved = self._moved(together, generator)
        return self._noisy(moved[:, :-1], generator), moved[:, -1].long() - 1

    def _moved(self, batch: Tensor, generator: torch.Generator) -> Tensor:
        if self.flips:
            chosen = torch.rand(len(batch), generator=generator, device=batch.device) < 0.5
            batch = torch.where(chosen[:, None, None, None], batch.flip(3), batch)
        if self.shift_px > 0:
            span = 2 * self.shift_px + 1
            drawn = torch.randint(span, (len(batch), 2), generator=generator, device=batch.device)
            batch = shift(batch, drawn - self.shift_px)
        return batch

    def _noisy(self, batch: Tensor, generator: torch.Generator) -> Tensor:
        if self.noise_std > 0:
            batch = add_noise(batch, self.noise_std, generator)
        return batch

    def turned(self, batch: Tensor, copy: int) -> Tensor:  # noqa: ARG002 - there is one
        """The images as they are."""
        return batch


def shift(batch: Tensor, by: Tensor) -> Tensor:
    """Move each image (B, C, H, W) by whole pixels (B, 2) down and to the right; 0 comes in."""
    height, width = batch.shape[2:]
    rows = torch.arange(height, device=batch.device)[None] - by[:, :1]
    columns = torch.arange(width, device=batch.device)[None] - by[:, 1:]
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[
        :, None
    ]
    items = torch.arange(len(batch), device=batch.device)[:, None, None]
    rows, columns = rows.clamp(0, height - 1)[:, :, None], columns.clamp(0, width - 1)[:, None]
    moved = batch.permute(0, 2, 3, 1)[items, rows, columns] * inside[..., None]
    return moved.permute(0, 3, 1, 2).contiguous()
