"""SHREC's particles: ``particle_locations.txt`` read, and classes written into a copy of it.

A line ``class x y z [rotZ1 rotX rotZ2]`` for each object, between any blanks; whole voxels from 0.
``R = Rz(rotZ1) Rx(rotX) Rz(rotZ2)`` turns the reference into the particle, as in
:mod:`cryoal.io.shrec`. Classes are named as the file names them: in lower case in 2019 and 2020,
in upper case in 2021.

Reconstructions have 512 slices, the models and masks beside them may have fewer, and z may count
in either: the offset follows from the two depths and from where the objects lie.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.io.kept_lines import keep_lines
from cryoal.io.mrc import read_header
from cryoal.io.number_text import to_numbers
from cryoal.io.pick_checks import checked, numbered_ids
from cryoal.io.picks import Frame, Picks
from cryoal.io.word_table import WordTable, read_word_table, write_words

LOCATIONS = "particle_locations.txt"

_RECONSTRUCTION = "reconstruction.mrc"
_THIN = ("class_mask.mrc", "occupancy_mask.mrc", "grandmodel.mrc")
_PLACE, _ANGLES = (1, 2, 3), (4, 5, 6)


def read_shrec_particles(path: Path, z_offset_px: int | None = None) -> Picks:
    """The objects of one tomogram, in the order of the file.

    The tomogram has the name of the file's folder, such as ``model_9``, and ids are that and the
    number by which ``occupancy_mask.mrc`` knows the object.

    Args:
        path: ``particle_locations.txt``.
        z_offset_px: to add to z, so that it counts slices of the reconstruction; without it, from
            the headers of the volumes beside the file, 0 where these are not there.

    Raises:
        CryoalError: unreadable, neither 4 nor 7 columns, values that are no numbers, objects
            listed twice, or an offset that cannot be told.
    """
    table = _table(path)
    wheres = table.wheres()
    folder = path.resolve().parent
    names = [folder.name] * len(wheres)
    places = _numbers(table, _PLACE, wheres)
    places[:, 2] += _offset_px(folder, places[:, 2]) if z_offset_px is None else z_offset_px
    has_angles = bool(table.rows) and len(table.rows[0]) > len(_PLACE) + 1
    angles = _numbers(table, _ANGLES, wheres) if has_angles else None
    volume = folder / _RECONSTRUCTION
    return checked(
        Picks(
            source=path,
            ids=numbered_ids(names),
            wheres=wheres,
            tomograms=names,
            positions=places,
            frame=Frame.VOXELS,
            rotations=None if angles is None else Rotation.from_euler("ZXZ", angles, degrees=True),
            labels=table.column(0),
            files={folder.name: volume} if volume.is_file() else {},
        )
    )


def write_shrec_classes(source: Path, out: Path, names: Sequence[str]) -> None:
    """Write a copy of the list with another class of each object, as the contest evaluates it.

    Everything else stays as it is, byte for byte.

    Args:
        source: as :func:`read_shrec_particles`.
        out: where the copy goes.
        names: class of each object.

    Raises:
        CryoalError: as :func:`read_shrec_particles`, or a class that is empty or holds blanks.
    """
    table = _table(source)
    for name, where in zip(names, table.wheres(), strict=True):
        if not name or re.search(r"\s", name) or name.startswith("#"):
            raise CryoalError(f"{where}: class '{name}' cannot be a word of the list; rename it")
    write_words(table, out, {0: names})


def keep_shrec_particles(source: Path, out: Path, keep: Sequence[bool]) -> None:
    """Write a copy with only those objects that are kept; all else stays, byte for byte.

    Raises:
        CryoalError: as :func:`read_shrec_particles`, or another number of objects.
    """
    keep_lines(source, out, _table(source).at, keep)


def _table(path: Path) -> WordTable:
    table = read_word_table(path, 4, "class, x, y, z and perhaps three angles")
    if table.rows and len(table.rows[0]) not in (4, 7):
        raise CryoalError(f"{table.wheres()[0]}: {len(table.rows[0])} values; 4 or 7 are needed")
    return table


def _numbers(
    table: WordTable, columns: Sequence[int], wheres: Sequence[str]
) -> npt.NDArray[np.float64]:
    texts = [table.column(at) for at in columns]
    return np.stack([to_numbers(text, wheres, "a value") for text in texts], axis=1)


def _offset_px(folder: Path, z: npt.NDArray[np.float64]) -> int:
    thin = next((folder / name for name in _THIN if (folder / name).is_file()), None)
    if thin is None or not (folder / _RECONSTRUCTION).is_file() or not len(z):
        return 0
    slices, within = _slices(folder / _RECONSTRUCTION), _slices(thin)
    margin = (slices - within) // 2
    if margin <= 0 or z.max() >= within:
        return 0
    if z.min() < margin:
        return margin
    raise CryoalError(
        f"{folder}: z from {z.min():g} to {z.max():g} may count {slices} slices of "
        f"{_RECONSTRUCTION} or {within} of {thin.name}; state the offset, 0 or {margin}"
    )


def _slices(path: Path) -> int:
    return read_header(path).shape[0]
