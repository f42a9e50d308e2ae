"""How boxes are cropped out of tomograms when they are read, as ``config.yaml`` has it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class BoxSettings(BaseModel):
    """What a list of particles leaves open, and the boxes to be cropped around its particles.

    Attributes:
        tomograms: a tomogram, a folder of them or their table; None as the list says.
        root: folder that paths in the lists start at.
        box: edge, ``32`` voxels or a length such as ``38.4nm``.
        voxel_A: of the boxes; None takes that of the tomograms.
        edge: what becomes of boxes over an edge of their tomogram, see
            :class:`~cryoal.pools.tomogram_boxes.BoxChoice`.
        unit, first_voxel, z_offset_px: see :class:`~cryoal.io.particle_options.ParticleOptions`.
        picks_of: ``USER`` or ``USER/SESSION`` of a copick project; None takes all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tomograms: str | None = None
    root: str | None = None
    box: str | None = None
    voxel_A: float | None = Field(None, gt=0)
    edge: Literal["drop", "pad", "error"] = "drop"
    unit: Literal["px", "A"] | None = None
    first_voxel: int = Field(1, ge=0, le=1)
    z_offset_px: int | None = None
    picks_of: str | None = None
