"""Boxes cut out of a larger volume around fractional places.

A box of ``n`` voxels has its centre at its voxel ``n // 2``, counted from 0, for odd and even
``n`` alike. With a step of 1, box voxels are voxels of the volume: the one whose middle is nearest
to the place, halves going up, becomes the centre, so that a particle lies at most half a voxel off
along each axis, and noise stays as it is. With any other step the volume is interpolated, and the
particle lies in the centre exactly.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from cryoal.volumes.resample import resampling_weights

# Places come from files in decimal: one written as a half shall not hang on its last digit.
_ROUNDING = 1e-6

Place = tuple[int, int, int]
Numbers = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]


class Readable(Protocol):
    """A volume that is read in parts."""

    @property
    def shape(self) -> Place:
        """(z, y, x) in voxels."""

    def read(self, low: Place, high: Place) -> Floats:
        """Voxels from ``low`` to before ``high``, both (z, y, x) and inside."""


def box_reach(centres: Numbers, box_px: int, step: float) -> tuple[Numbers, Numbers]:
    """Middles of the first and the last voxel of boxes, in voxels of the volume.

    Args:
        centres: places (..., 3).
        box_px: edge of the boxes, in their own voxels.
        step: from one of these voxels to the next, in voxels of the volume.

    Returns:
        Two arrays (..., 3), axes in the order of ``centres``.
    """
    if step == 1:
        centres = np.floor(centres + 0.5 + _ROUNDING)
    low = centres - (box_px // 2) * step
    return low, low + (box_px - 1) * step


def lies_inside(
    centres: Numbers, box_px: int, step: float, shape: tuple[int, int, int]
) -> npt.NDArray[np.bool_]:
    """Whether the middles of all voxels of a box lie in the volume, whose faces count as inside.

    Args:
        centres: places (n, 3), axes in the order of ``shape``.
        box_px, step: as :func:`box_reach`.
        shape: of the volume.
    """
    low, high = box_reach(centres, box_px, step)
    edge = 0.5 + _ROUNDING
    along = (low >= -edge) & (high <= np.array(shape) - 1 + edge)
    inside: npt.NDArray[np.bool_] = np.all(along, axis=-1)
    return inside


def crop(volume: Readable, centre: Numbers, box_px: int, step: float = 1.0) -> Floats:
    """The box (n, n, n) around ``centre`` (z, y, x).

    Voxels outside of the volume hold the mean of those inside.

    Args:
        volume: only what the box needs is read.
        centre: in voxels of the volume, 0 at the middle of its first.
        box_px, step: as :func:`box_reach`.

    Raises:
        ValueError: no voxel of the box lies inside.
    """
    low, _ = box_reach(np.asarray(centre, np.float64), box_px, step)
    grid = low[:, None] + np.arange(box_px) * step
    edge = 0.5 + _ROUNDING
    inside = (grid >= -edge) & (grid <= np.array(volume.shape)[:, None] - 1 + edge)
    if not inside.any(axis=1).all():
        raise ValueError(f"no voxel of a box at {centre} lies in a volume of {volume.shape}")
    points = [line[within] for line, within in zip(grid, inside, strict=True)]
    part = _whole(volume, points) if step == 1 else _between(volume, points, step)
    if part.shape == (box_px,) * 3:
        return part
    box = np.full((box_px,) * 3, part.mean(dtype=np.float64), np.float32)
    box[np.ix_(*inside)] = part
    return box


def _whole(volume: Readable, points: list[Numbers]) -> Floats:
    """Voxels as they are."""
    z, y, x = ((int(line[0]), int(line[-1]) + 1) for line in points)
    return volume.read((z[0], y[0], x[0]), (z[1], y[1], x[1]))


def _between(volume: Readable, points: list[Numbers], step: float) -> Floats:
    """Interpolated along z, y and x in turn."""
    (z, in_z), (y, in_y), (x, in_x) = (
        resampling_weights(line, step, size)
        for line, size in zip(points, volume.shape, strict=True)
    )
    high = z + in_z.shape[1], y + in_y.shape[1], x + in_x.shape[1]
    part = volume.read((z, y, x), high)
    part = np.matmul(in_z, part.reshape(len(part), -1)).reshape(-1, *part.shape[1:])
    return np.asarray(np.matmul(np.matmul(in_y, part), in_x.T), np.float32)
