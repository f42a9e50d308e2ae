"""Smoothing of volumes."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def gaussian_lowpass(batch: Tensor, sigma_px: float) -> Tensor:
    """Smooth (B, C, D, H, W) by a Gaussian of ``sigma_px`` voxels, separably, edges repeated.

    A kernel cut at three sigma changes a unit step by less than 0.3 %.
    """
    if sigma_px <= 0:
        return batch
    radius = max(1, math.ceil(3 * sigma_px))
    place = torch.arange(-radius, radius + 1, dtype=batch.dtype, device=batch.device)
    kernel = torch.exp(-0.5 * (place / sigma_px) ** 2)
    kernel = kernel / kernel.sum()
    channels = batch.shape[1]
    for axis in range(3):
        shape = [1, 1, 1, 1, 1]
        shape[axis + 2] = len(kernel)
        weight = kernel.view(shape).expand(channels, *([-1] * 4))
        padding = [0] * 6
        padding[2 * (2 - axis)] = padding[2 * (2 - axis) + 1] = radius
        padded = F.pad(batch, padding, mode="replicate")
        batch = F.conv3d(padded, weight, groups=channels)
    return batch
