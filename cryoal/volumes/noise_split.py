"""Two views of one noisy item whose noise has nothing in common."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class NoiseSplit:
    """Adds a noise draw to an item for one view and subtracts the same draw for the other.

    For an item ``s + n`` and a draw ``e`` of the law of ``n``, Gaussian and stationary, ``n + e``
    and ``n - e`` are independent: what the two views share is the signal ``s``, each with twice
    the noise power (recorrupted-to-recorrupted, Pang et al., CVPR 2021, here for two views of a
    self-supervised training). Without it two views of one item are told from those of all others
    by the noise that they share, and at the noise of tomograms nothing else need be learned.

    The law of ``n`` comes from the items themselves: at the signal-to-noise ratios of tomograms
    the mean power spectrum of their differences is that of the noise, missing wedge included.
    Where the signal is strong the draws are too strong by as much, which costs contrast and gives
    nothing away.

    Attributes:
        amplitude: (C, *half spectrum), standard deviation of each ``torch.fft.rfftn``
            coefficient, over that of unit white noise.
    """

    amplitude: Tensor

    @classmethod
    def from_items(cls, items: Tensor) -> NoiseSplit:
        """The noise of normalised ``items`` (B, C, *spatial), of any number of axes."""
        axes = spatial_axes(items)
        differing = items - items.mean(0)  # what all items share is no noise
        power = torch.fft.rfftn(differing, dim=axes, norm="ortho").abs().square().mean(0)
        return cls(power.sqrt())

    def __call__(self, batch: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Two views of each item of ``batch`` (B, C, *spatial), drawn on the batch's device."""
        axes = spatial_axes(batch)
        white = torch.randn(batch.shape, generator=generator, device=batch.device)
        spectrum = torch.fft.rfftn(white, dim=axes, norm="ortho") * self.amplitude.to(batch.device)
        noise = torch.fft.irfftn(spectrum, s=batch.shape[2:], dim=axes, norm="ortho")
        noise = noise.to(batch.dtype)
        return batch + noise, batch - noise


def spatial_axes(batch: Tensor) -> tuple[int, ...]:
    """Axes of (B, C, *spatial) behind the channel."""
    return tuple(range(2, batch.ndim))
