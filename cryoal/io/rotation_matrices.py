"""Rotations that a file states as matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError

_ROUNDING = 1e-3


def to_rotations(matrices: Sequence[Any], wheres: Sequence[str]) -> Rotation:
    """n matrices of three rows as rotations that act on column vectors.

    Args:
        matrices: lists as JSON gives them.
        wheres: file and row of each, for the message.

    Raises:
        CryoalError: names the first that is not 3 x 3 numbers, or no rotation: scaled, sheared
            or mirrored.
    """
    try:
        values = np.array(matrices, np.float64).reshape(len(matrices), 3, 3)
    except (OverflowError, TypeError, ValueError):
        values = np.stack([_matrix(one) for one in matrices])
    # What is far from any rotation, NaN too, would upset the determinant.
    values[~(np.abs(values).max(axis=(1, 2), initial=0) < 2)] = 0
    products = values @ values.transpose(0, 2, 1)
    is_right = np.abs(products - np.eye(3)).max(axis=(1, 2), initial=0) < _ROUNDING
    is_right &= np.linalg.det(values) > 0
    wrong = np.flatnonzero(~is_right)
    if len(wrong):
        shown = " ".join(str(matrices[wrong[0]]).split())[:80]
        raise CryoalError(
            f"{wheres[wrong[0]]}: the matrix {shown} is no rotation "
            "(3 x 3, neither scaled nor mirrored); correct it"
        )
    return Rotation.from_matrix(values)


def _matrix(rows: Any) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The matrix, or zeros for what is none."""
    try:
        return np.array(rows, np.float64).reshape(3, 3)
    except (OverflowError, TypeError, ValueError):
        return np.zeros((3, 3))
