"""Smoothing of volumes."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def gaussian_lowpass(batch: Tensor, sigma_px: float) -> Tensor:
    """Smooth (B, C, D, H, W) by a Gaussian of ``sigma_px`` voxels, separably, edges repeated.

    A kernel cut at three sigma changes a unit step by less than 0.3 %. Each axis is a product with
    a matrix of the box's edge: on a CPU ten and more times as fast as a convolution of one channel.
    """
    if sigma_px <= 0:
        return batch
    along_z, along_y, along_x = (
        smoothing_matrix(edge, sigma_px, batch) for edge in batch.shape[2:]
    )
    batch = along_y @ (batch @ along_x.T)
    return (along_z @ batch.flatten(3)).view(batch.shape)


def smoothing_matrix(edge: int, sigma_px: float, like: Tensor) -> Tensor:
    """What a row of ``edge`` voxels is multiplied by (edge, edge), of the kind of ``like``."""
    radius = max(1, math.ceil(3 * sigma_px))
    offsets = torch.arange(-radius, radius + 1, device=like.device)
    kernel = torch.exp(-0.5 * (offsets.to(like.dtype) / sigma_px) ** 2)
    kernel = kernel / kernel.sum()
    voxels = torch.arange(edge, device=like.device)
    # Beyond the box the voxel at its edge is read again.
    read = (voxels[:, None] + offsets).clamp(0, edge - 1)
    return like.new_zeros(edge, edge).scatter_add_(1, read, kernel.expand(edge, -1))
