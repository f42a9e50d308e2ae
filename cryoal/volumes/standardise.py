"""Zero mean and unit variance of one box, where it lies."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch

_SMALLEST = 1e-30

Floats = npt.NDArray[np.float32]


def standardise(box: Floats) -> bool:
    """Bring a box to mean 0 and standard deviation 1 in place; what is bright stays bright.

    The same as :func:`cryoal.volumes.normalise.normalise` does for a batch, to rounding, but in
    few passes over memory that is still in the processor's cache.

    Args:
        box: C order, any shape.

    Returns:
        False where it cannot be done and the box may hold anything: its voxels are not finite, are
        (nearly) all equal, or too large for their squares to be added up in float32.
    """
    flat = torch.from_numpy(box).flatten()
    # The first mean is rounded to the size of the values, what is left of it is not.
    flat.sub_(flat.mean())
    flat.sub_(flat.mean())
    squares = float(torch.dot(flat, flat))
    if not math.isfinite(squares) or squares < len(flat) * _SMALLEST:
        return False
    flat.mul_(math.sqrt(len(flat) / squares))
    return True
