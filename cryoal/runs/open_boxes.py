"""Particles of a list, cropped out of their tomograms when they are read."""

from __future__ import annotations

from pathlib import Path

from cryoal.io.coordinate_unit import Unit
from cryoal.io.copick_files import CopickSelection
from cryoal.io.particle_options import ParticleOptions
from cryoal.pools import Contrast, SubtomogramPool
from cryoal.pools.particle_boxes import ParticleSource, boxes_of_particles
from cryoal.pools.tomogram_boxes import BoxChoice
from cryoal.runs.box_settings import BoxSettings


def open_boxes(
    particles: Path,
    boxes: BoxSettings,
    label_column: str | None,
    contrast: Contrast | None,
    tomogram_voxel_A: float | None,
) -> SubtomogramPool:
    """Open a list of particles as a pool.

    Args:
        particles: the list.
        boxes: how boxes are cropped.
        label_column: of the list.
        contrast: how protein shows; None looks at the boxes.
        tomogram_voxel_A: of the tomograms, where they do not state it.

    Raises:
        CryoalError: as :func:`cryoal.pools.particle_boxes.boxes_of_particles`.
    """
    user, _, session = (boxes.picks_of or "").partition("/")
    options = ParticleOptions(
        label_column=label_column,
        unit=None if boxes.unit is None else Unit(boxes.unit),
        first_voxel=boxes.first_voxel,
        z_offset_px=boxes.z_offset_px,
        picks_of=CopickSelection(user or None, session or None),
    )
    source = ParticleSource(particles, _path(boxes.tomograms), _path(boxes.root), options)
    choice = BoxChoice(boxes.box, boxes.voxel_A, boxes.edge, contrast, tomogram_voxel_A)
    return boxes_of_particles(source, choice)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
