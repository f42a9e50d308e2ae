"""Particles with their places and orientations, as every list of particles needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ParticleList:
    """n particles from tomograms of one size and voxel.

    Attributes:
        tomograms: name of each particle's tomogram.
        classes: name of each particle's class; no blanks in either.
        picks_px: (n, 3) xyz voxel indices, 0 at the middle of the first voxel: box centres.
        shifts_px: (n, 3) from there to the particle's centre.
        rotations: n, turn the reference into the particle; act on xyz vectors.
        size_px: xyz of the tomograms.
        voxel_size_A: of the tomograms.
        images: path of each particle's box from the project folder, or None.
    """

    tomograms: Sequence[str]
    classes: Sequence[str]
    picks_px: Numbers
    shifts_px: Numbers
    rotations: Rotation
    size_px: tuple[int, int, int]
    voxel_size_A: float
    images: Sequence[str] | None = None

    def class_numbers(self) -> list[int]:
        """Class of each particle, counted from 1 in the order of the sorted names."""
        numbers = {name: number for number, name in enumerate(sorted(set(self.classes)), start=1)}
        return [numbers[name] for name in self.classes]
