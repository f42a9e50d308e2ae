"""Units that the user states for coordinates whose file does not."""

from __future__ import annotations

from enum import StrEnum

from cryoal.io.picks import Frame


class Unit(StrEnum):
    """``px``: voxels of the tomogram, 0 at the middle of the first; ``A``: Angstrom from there."""

    PX = "px"
    A = "A"

    @property
    def frame(self) -> Frame:
        """The frame of coordinates in this unit."""
        return Frame.VOXELS if self is Unit.PX else Frame.CORNER_A
