"""How alike two density maps are."""

from __future__ import annotations

import numpy as np
from scipy import fft, signal

from cryoal.simulation.density import Density


def best_correlation(one: Density, other: Density, resolution_A: float) -> float:
    """Largest correlation over all shifts of whole voxels, both low-passed; no rotation.

    Maps of the larger voxels are sampled as finely as the other by zero-padding their transform.
    """
    finest_A = min(one.voxel_size_A, other.voxel_size_A)
    both = [_refined(density.low_passed(resolution_A), finest_A) for density in (one, other)]
    shape = [fft.next_fast_len(int(n)) for n in np.max([v.shape for v in both], axis=0)]
    first, second = (_padded(voxels, shape) for voxels in both)
    product = fft.rfftn(first) * np.conj(fft.rfftn(second))
    covariance = fft.irfftn(product, s=shape).max() / first.size
    return float(covariance / (first.std() * second.std()))


def _refined(density: Density, voxel_size_A: float) -> np.ndarray:
    voxels, factor = density.voxels, round(density.voxel_size_A / voxel_size_A)
    for axis in range(3) if factor > 1 else ():
        voxels = signal.resample(voxels, factor * voxels.shape[axis], axis=axis)
    return voxels


def _padded(voxels: np.ndarray, shape: list[int]) -> np.ndarray:
    padded = np.zeros(shape)
    padded[tuple(slice(n) for n in voxels.shape)] = voxels
    return padded - padded.mean()
