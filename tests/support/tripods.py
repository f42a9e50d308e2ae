"""A tomogram with objects that differ from their mirror images, at known places and angles.

An object has a large blob in its centre and smaller ones at unequal distances along its own x, y
and z, so that no rotation takes it to its mirror image or to one with exchanged axes.
"""

from __future__ import annotations

from pathlib import Path

import mrcfile
import numpy as np
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

SIZE_PX = (61, 52, 47)
"""Of the tomogram, xyz, odd and even."""
VOXEL_A = 8.0
UNBINNED_A = 2.0
OFFSETS_PX = np.array([[0.0, 0, 0], [6.0, 0, 0], [0, 4.5, 0], [0, 0, 3.2]])
"""Of the blobs from the object's centre, xyz, in the object's own axes."""
WEIGHTS = np.array([1.0, 0.5, 0.7, 0.9])
SIGMA_PX = 1.3
_RADIUS_PX = 8.0

PLACES_PX = np.array(
    [[15.0, 16.0, 14.0], [44.5, 15.25, 15.4], [16.49, 35.51, 30.0], [43.9, 34.2, 29.75]]
)
"""Of the objects, xyz voxels, 0 at the middle of the first."""
ROTATIONS = Rotation.concatenate(
    [Rotation.identity(), *Rotation.random(3, rng=np.random.default_rng(5))]
)
"""Turn the object's axes into the tomogram's."""


def blobs_px() -> np.ndarray:
    """Places (objects, blobs, 3) xyz of all blobs in the tomogram."""
    turned = [turn.apply(OFFSETS_PX) for turn in ROTATIONS]
    return PLACES_PX[:, None] + np.array(turned)


def tripod_tomogram() -> np.ndarray:
    """Voxels (z, y, x)."""
    x, y, z = np.meshgrid(*map(np.arange, SIZE_PX), indexing="ij")
    voxels = np.zeros(SIZE_PX)
    for blobs in blobs_px():
        for (at_x, at_y, at_z), weight in zip(blobs, WEIGHTS, strict=True):
            distance2 = (x - at_x) ** 2 + (y - at_y) ** 2 + (z - at_z) ** 2
            voxels += weight * np.exp(-distance2 / (2 * SIGMA_PX**2))
    return voxels.transpose(2, 1, 0).astype("f4")


def write_tripods(path: Path, voxels: np.ndarray | None = None, voxel_A: float = VOXEL_A) -> Path:
    """Write the tomogram, or ``voxels``, as an MRC file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with mrcfile.new(path, overwrite=True) as mrc:
        mrc.set_data(tripod_tomogram() if voxels is None else voxels)
        mrc.voxel_size = voxel_A
    return path


def fit(box: np.ndarray, turn: Rotation, step: float = 1.0) -> tuple[float, float]:
    """Where the object lies in a box, and how like it what lies there is.

    Args:
        box: (n, n, n) zyx with the object's centre meant to be at voxel ``n // 2``.
        turn: of the object.
        step: voxels of the tomogram a voxel of the box.

    Returns:
        The largest distance along an axis from that voxel, in voxels of the box, and the
        correlation with the object there.
    """
    axis = (np.arange(len(box)) - len(box) // 2) * step
    z, y, x = np.meshgrid(axis, axis, axis, indexing="ij")
    near = x**2 + y**2 + z**2 < _RADIUS_PX**2
    grid = np.stack([x[near], y[near], z[near]], axis=1)

    def correlation(shift: np.ndarray) -> float:
        distances2 = ((grid[:, None] - turn.apply(OFFSETS_PX) - shift * step) ** 2).sum(axis=2)
        object_there = np.exp(-distances2 / (2 * SIGMA_PX**2)) @ WEIGHTS
        return float(np.corrcoef(object_there, box[near])[0, 1])

    corners = np.vstack([np.zeros(3), 0.4 * np.eye(3)])
    options = {"xatol": 0.01, "initial_simplex": corners}
    found = minimize(
        lambda shift: -correlation(shift), np.zeros(3), method="Nelder-Mead", options=options
    )
    return float(np.abs(found.x).max()), -float(found.fun)
