"""The cropped digits of SVHN: MATLAB files with images ``X`` and labels ``y``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.io.mat5 import read_mat5

EDGE_PX = 32


def read_svhn(path: Path) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Images (N, 3, 32, 32) and the digits (N,) that they show; the file has 10 for digit 0.

    Raises:
        CryoalError: missing variables, other shapes or types, digits that cannot be, version 7.3,
            or a damaged file.
    """
    found = read_mat5(path, ("X", "y"))
    for name in ("X", "y"):
        if name not in found:
            raise CryoalError(
                f"{path}: has no variable '{name}'; name the cropped digits (format 2 of SVHN)"
            )
    pixels, labels = found["X"].numbers(), found["y"].numbers()
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[:3] != (EDGE_PX, EDGE_PX, 3):
        raise CryoalError(
            f"{path}: 'X' is {pixels.dtype} of shape {pixels.shape}, not uint8 (32, 32, 3, N); "
            "download it again"
        )
    count = pixels.shape[-1]
    if labels.shape != (count, 1):
        raise CryoalError(
            f"{path}: 'y' has the shape {labels.shape} for {count} images; download it again"
        )
    if count == 0 or not np.isin(labels, np.arange(1, 11)).all():
        raise CryoalError(f"{path}: 'y' holds other than 1 to 10; download it again")
    digits = labels[:, 0].astype(np.int64) % 10
    return np.ascontiguousarray(pixels.transpose(3, 2, 0, 1)), digits
