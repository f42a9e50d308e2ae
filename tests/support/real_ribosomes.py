"""Forty ribosomes of EMPIAR-10499 as tilt stacks, exported by WarpTools.

The alignment has the wrong hand, and so has what is made of it; the average beside the data was
turned over along z by its makers (tomoDRGN's test data, ``backproject_voxel --flip``).
"""

from __future__ import annotations

from pathlib import Path

import mrcfile
import numpy as np
from scipy import ndimage
from tilted_blobs import correlation

from cryoal.io.relion_particles import read_relion_particles


def average_of(folder: Path, volumes: np.ndarray) -> np.ndarray:
    """Mean of boxes zyx turned into the reference's frame by the angles of the STAR."""
    rotations = read_relion_particles(folder / "particles.star").rotations
    assert rotations is not None
    turned = []
    for box, matrix in zip(volumes, rotations.as_matrix(), strict=True):
        middle, zyx = np.array(box.shape) // 2, matrix[::-1, ::-1]
        offset = middle - zyx @ middle
        turned.append(ndimage.affine_transform(box, zyx, offset=offset, order=3))
    return np.mean(turned, axis=0)


def turned_over(average: np.ndarray) -> np.ndarray:
    """The average of the other hand, its centre where it was."""
    return np.roll(average[::-1], 1, axis=0)


def likeness(folder: Path, average: np.ndarray) -> float:
    """Correlation with the known average within 12 voxels of the centre."""
    reference = mrcfile.read(folder / "average.mrc")
    mask = ((np.indices(reference.shape) - 16) ** 2).sum(axis=0) <= 12**2
    return correlation(average[mask], reference[mask])


def given_average(folder: Path) -> np.ndarray:
    """Of the boxes that others back-projected, turned over."""
    given = np.load(folder / "backprojected_40x32x32x32.npy", allow_pickle=False)
    return turned_over(average_of(folder, given[:, ::-1]))
