"""A list of particles as a pool, whatever it points at: tomograms, or images of its particles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cryoal.errors import CryoalError
from cryoal.io.particle_files import read_picks
from cryoal.io.particle_options import ParticleOptions
from cryoal.io.picks import Picks
from cryoal.lengths import parse_box_px
from cryoal.pools.list_origin import ListOrigin, list_digest
from cryoal.pools.opening import open_subtomograms
from cryoal.pools.subtomograms import SubtomogramPool, same_length
from cryoal.pools.tomogram_boxes import BoxChoice, boxes_in_tomograms, take_contrast

_TABLES = (".star", ".doc", ".vll")
_DEFAULTS = ParticleOptions()


@dataclass(frozen=True)
class ParticleSource:
    """What is on disk.

    Attributes:
        particles: the list, as :func:`~cryoal.io.particle_files.read_picks` takes it.
        tomograms: a tomogram, a folder of them, or a table of them (RELION's ``tomograms.star``,
            Dynamo's ``.doc`` or ``.vll``); None where the list names them itself.
        root: folder that relative paths of tomograms start at where they are not found from the
            list's own folder or one above it.
        options: what the list leaves open.
    """

    particles: Path
    tomograms: Path | None = None
    root: Path | None = None
    options: ParticleOptions = _DEFAULTS


def boxes_of_particles(source: ParticleSource, choice: BoxChoice) -> SubtomogramPool:
    """Open a list of particles and what it points at.

    Where no tomograms are stated, neither here nor by the list, a STAR file's own images are the
    items: 3D volumes, or 2D tilt stacks that are back-projected. Their box, voxel and contrast
    are what they are.

    Args:
        source: the list and its tomograms.
        choice: how boxes are cropped.

    Raises:
        CryoalError: as ``read_picks``, ``boxes_in_tomograms`` or ``open_subtomograms``; no box
            given for tomograms, or one that images do not have.
    """
    options, tomograms = source.options, source.tomograms
    if tomograms is not None and tomograms.suffix.lower() in _TABLES:
        options, tomograms = replace(options, tomograms=tomograms.absolute()), None
    picks = read_picks(source.particles, options)
    if source.root is not None:
        picks = replace(picks, files=_found(picks, options, source.root))
    is_named = tomograms is not None or set(picks.tomograms) <= picks.files.keys()
    if not is_named and picks.source.suffix.lower() == ".star":
        return _images(picks, choice, options)
    return boxes_in_tomograms(picks, tomograms, choice, options)


def _images(picks: Picks, choice: BoxChoice, options: ParticleOptions) -> SubtomogramPool:
    """What ``rlnImageName`` names."""
    pool = open_subtomograms(
        picks.source, label_column=options.label_column, contrast=choice.contrast
    )
    voxel_A, box_px = pool.voxel_size_A, pool.item_shape[-1]
    if choice.voxel_size_A and not same_length(choice.voxel_size_A, voxel_A):
        raise CryoalError(
            f"{picks.source}: its images have voxels of {voxel_A or 0:.4g} A, not "
            f"{choice.voxel_size_A:.4g}; leave --voxel out, or name the tomograms by --tomograms"
        )
    if choice.box and parse_box_px(choice.box, voxel_A or 1.0) != box_px:
        raise CryoalError(
            f"{picks.source}: its images have {box_px} voxels along an edge, not {choice.box}; "
            "leave --box out, or name the tomograms by --tomograms"
        )
    if len(pool) != len(picks):
        raise CryoalError(f"{picks.source}: changed while it was read; give the command again")
    path, rows = picks.source.absolute(), np.arange(len(pool))
    pool.origin = ListOrigin(path, list_digest(path), rows, picks.rotations, options)
    if choice.contrast is None:
        take_contrast(pool)
    return pool


def _found(picks: Picks, options: ParticleOptions, root: Path) -> Mapping[str, Path]:
    """Files of tomograms; those that are nowhere from ``root`` as they were from their list."""
    starts = [picks.source.resolve().parent]
    if options.tomograms is not None:
        starts.append(options.tomograms.resolve().parent)
    files = {}
    for name, path in picks.files.items():
        moved = (root / path.relative_to(start) for start in starts if path.is_relative_to(start))
        here = path.exists()
        files[name] = path if here else next((one for one in moved if one.exists()), path)
    return files
