"""Interpolation of a volume on a grid of another step, without aliases."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_LOBES = 3

Floats = npt.NDArray[np.float32]


def resampling_weights(
    points: npt.NDArray[np.float64], step: float, size: int
) -> tuple[int, Floats]:
    """What the voxels of a line of ``size`` count for at equally spaced ``points`` (n,).

    Lanczos' windowed sinc of three lobes, as wide as three steps of the grid: a step above 1 thus
    takes away what the new grid cannot hold. Where the window reaches over an end of the line,
    the voxels that are there count for all.

    Args:
        points: in voxels of the line, 0 at the middle of the first, increasing, all of them at
            most half a voxel outside.
        step: from one point to the next.
        size: of the line.

    Returns:
        First voxel that counts, and weights (n, m) of m voxels from there on; each row adds up
        to 1.
    """
    width = max(1.0, step)
    first = max(0, int(np.ceil(points[0] - _LOBES * width)))
    last = min(size - 1, int(np.floor(points[-1] + _LOBES * width)))
    away = (points[:, None] - np.arange(first, last + 1)) / width
    weights = np.sinc(away) * np.sinc(away / _LOBES) * (np.abs(away) < _LOBES)
    weights /= weights.sum(axis=1, keepdims=True)
    return first, weights.astype(np.float32)
