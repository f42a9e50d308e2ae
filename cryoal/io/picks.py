"""Picks: where particles lie, in whatever way a list of particles says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

Numbers = npt.NDArray[np.float64]


class Frame(StrEnum):
    """What coordinates count, and from where."""

    VOXELS = "voxels of the tomogram, 0 at the middle of the first"
    CORNER_A = "Angstrom from the middle of the tomogram's first voxel"
    CENTRED_A = "Angstrom from the tomogram's centre, voxel size / 2"
    UNBINNED_PX = "pixels of the unbinned tilt series, 0 at the tomogram's first voxel"
    CENTRED_UNBINNED_PX = "pixels of the unbinned tilt series, 0 at voxel size // 2"


@dataclass(frozen=True)
class TomogramGeometry:
    """What coordinates refer to.

    Attributes:
        size_px: xyz, of the tomogram as it is stored.
        voxel_size_A: of the tomogram as it is stored.
        unbinned_A: pixel of its tilt series, None where that is not known.
    """

    size_px: tuple[int, int, int]
    voxel_size_A: float
    unbinned_A: float | None = None


@dataclass(frozen=True)
class Picks:
    """n particles as a file lists them.

    Attributes:
        source: the file.
        ids: n names, unique and stable, as the file gives them or made of tomogram and number.
        wheres: file and line or row of each, for messages.
        tomograms: name of each particle's tomogram, text as in the file.
        positions: (n, 3) xyz in ``frame``, shifts in the same unit applied.
        frame: of the positions.
        shifts_A: (n, 3) to add to the positions, in Angstrom along the tomogram's axes; or None.
        rotations: n, turn the reference into the particle, act on xyz vectors; None where the
            file states no orientation.
        labels: class of each, empty where unknown.
        unbinned_A: pixel of each particle's tilt series (n,), as the file states it; or None.
        voxel_size_A: of the tomogram whose voxels the positions count (n,), as the file states
            it; or None.
        files: path of a tomogram's volume by its name, where the file or one beside it says so.
        unbinned_sizes_px: xyz size by tomogram in pixels of its tilt series, where stated.
    """

    source: Path
    ids: Sequence[str]
    wheres: Sequence[str]
    tomograms: Sequence[str]
    positions: Numbers
    frame: Frame
    shifts_A: Numbers | None = None
    rotations: Rotation | None = None
    labels: Sequence[str] = ()
    unbinned_A: Numbers | None = None
    voxel_size_A: Numbers | None = None
    files: Mapping[str, Path] = field(default_factory=dict)
    unbinned_sizes_px: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def voxels(self, rows: npt.NDArray[np.int64], tomogram: TomogramGeometry) -> Numbers:
        """Voxel indices (r, 3) xyz of the particles at ``rows`` (r,), all in ``tomogram``.

        Fractions stay; 0 is the middle of the first voxel.

        Raises:
            ValueError: the frame is of unbinned pixels and their size is not known.
        """
        size_px, voxel_A = np.array(tomogram.size_px), tomogram.voxel_size_A
        places = self.positions[rows]
        if self.frame is Frame.CORNER_A:
            places = places / voxel_A
        elif self.frame is Frame.CENTRED_A:
            places = places / voxel_A + size_px / 2
        elif self.frame in (Frame.UNBINNED_PX, Frame.CENTRED_UNBINNED_PX):
            if tomogram.unbinned_A is None:
                raise ValueError("coordinates in pixels of the tilt series need their size")
            places = places * (tomogram.unbinned_A / voxel_A)
            if self.frame is Frame.CENTRED_UNBINNED_PX:
                places = places + size_px // 2
        if self.shifts_A is not None:
            places = places + self.shifts_A[rows] / voxel_A
        return places
