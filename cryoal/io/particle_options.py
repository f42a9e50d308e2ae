"""What lists of particles leave open and their reader must be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cryoal.io.coordinate_unit import Unit
from cryoal.io.copick_files import CopickSelection


@dataclass(frozen=True)
class ParticleOptions:
    """How to read a list; each option is for the formats that it names.

    Attributes:
        tomograms: RELION's ``tomograms.star``, Dynamo's ``.doc`` or ``.vll``, where it is not
            found beside the list.
        label_column: of labels: a name in STAR and CSV; 22, 23 or 34 in Dynamo; 20 in a motive
            list. Without it STAR, Dynamo and motive lists give none: their class may be another
            program's, or nobody's.
        unit: of coordinates in CSV, which must have it, in ``.coords`` (px), and in STAR where a
            program wrote another than the columns mean.
        first_voxel: number of a tomogram's first voxel in Dynamo and motive lists, 1 or 0.
        z_offset_px: of SHREC's z, where it does not follow from the volumes beside the list.
        picks_of: user and session in copick.
        new_session: of the picks that are written to a copick project.
    """

    tomograms: Path | None = None
    label_column: str | None = None
    unit: Unit | None = None
    first_voxel: int = 1
    z_offset_px: int | None = None
    picks_of: CopickSelection = field(default_factory=CopickSelection)
    new_session: str = "1"
