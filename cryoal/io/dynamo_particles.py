"""Dynamo's particles: a ``.tbl`` read, and classes written into a copy of it.

Columns, from 1: 1 tag, 4-6 shifts, 7-9 tdrot, tilt, narot, 20 tomogram, 22 class, 23 annotation,
24-26 place, 34 reference, 36 voxel size. Shifts are added to places; ``R = (Rz(narot) Rx(tilt)
Rz(tdrot))^T`` turns the reference into the particle (Dynamo wiki, Table_convention and
Euler_angles_convention). Dynamo counts voxels from 1; tables made by programs that count from 0
are read with ``first_voxel=0``.

The file is read here and not with the dynamotable package, which turns text into numbers (``1``
and ``1.0``, complex numbers in column 28), drops rows whose tomogram is in no ``.doc`` and does
not keep what is beyond column 42: a table goes back to Dynamo with all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.io.class_legend import class_names
from cryoal.io.dynamo_volumes import read_volume_list, volumes_beside
from cryoal.io.kept_lines import keep_lines
from cryoal.io.number_text import to_integers, to_numbers
from cryoal.io.pick_checks import checked, unique_ids
from cryoal.io.picks import Frame, Picks
from cryoal.io.word_table import WordTable, read_word_table, write_words

CLASS_COLUMN = 22
LABEL_COLUMNS = (22, 23, 34)

_TAG, _TOMOGRAM, _VOXEL = 1, 20, 36
_SHIFTS, _ANGLES, _PLACES = (4, 5, 6), (9, 8, 7), (24, 25, 26)
_LEAST = 26

Numbers = npt.NDArray[np.float64]


def read_dynamo_table(
    path: Path,
    volumes: Path | None = None,
    label_column: int | None = None,
    first_voxel: int = 1,
) -> Picks:
    """The particles of a ``.tbl``, in its order.

    Ids are the tags where these are all different. A tomogram is named as its file in the list
    of volumes, or by its number where there is no list.

    Args:
        path: the table.
        volumes: ``.doc`` or ``.vll``; without it, the one of the table's name if there is one.
        label_column: 22, 23 or 34; without it there are no labels. 0 is no label, other numbers
            are named by ``NAME.classes.csv`` beside the table if that is there.
        first_voxel: number of a tomogram's first voxel, 1 or 0.

    Raises:
        CryoalError: unreadable, fewer than 26 columns, rows of several lengths, values that are
            no numbers, a tomogram that the list of volumes lacks, particles listed twice.
    """
    table = read_word_table(path, _LEAST, "the 26 or more columns of a Dynamo table")
    wheres = table.wheres()
    names, files = _tomograms(table, wheres, volumes or volumes_beside(path))
    places = _numbers(table, _PLACES, wheres) + _numbers(table, _SHIFTS, wheres) - first_voxel
    angles = _numbers(table, _ANGLES, wheres)
    return checked(
        Picks(
            source=path,
            ids=unique_ids(table.column(_TAG - 1), names),
            wheres=wheres,
            tomograms=names,
            positions=places,
            frame=Frame.VOXELS,
            rotations=Rotation.from_euler("ZXZ", angles, degrees=True).inv(),
            labels=[] if label_column is None else _labels(table, wheres, label_column),
            voxel_size_A=_voxel_size_A(table, wheres),
            files=files,
        )
    )


def write_dynamo_classes(
    source: Path, out: Path, numbers: Sequence[int], column: int = CLASS_COLUMN
) -> None:
    """Write a copy of a table with another class of each particle; all else stays, byte for byte.

    Args:
        source: as :func:`read_dynamo_table`.
        out: where the copy goes.
        numbers: class of each row.
        column: 22, 23 or 34.

    Raises:
        CryoalError: as :func:`read_dynamo_table`, or the table lacks the column.
    """
    table = read_word_table(source, max(_LEAST, column), f"{max(_LEAST, column)} columns")
    write_words(table, out, {column - 1: [str(number) for number in numbers]})


def keep_dynamo_particles(source: Path, out: Path, keep: Sequence[bool]) -> None:
    """Write a copy with only those particles that are kept; all else stays, byte for byte.

    Raises:
        CryoalError: as :func:`read_dynamo_table`, or another number of particles.
    """
    table = read_word_table(source, _LEAST, f"{_LEAST} columns")
    keep_lines(source, out, table.at, keep)


def _numbers(table: WordTable, columns: Sequence[int], wheres: Sequence[str]) -> Numbers:
    """(n, len(columns)) of columns counted from 1."""
    return np.stack([_column(table, column, wheres) for column in columns], axis=1)


def _column(table: WordTable, column: int, wheres: Sequence[str]) -> Numbers:
    return to_numbers(table.column(column - 1), wheres, f"column {column}")


def _tomograms(
    table: WordTable, wheres: Sequence[str], volumes: Path | None
) -> tuple[list[str], dict[str, Path]]:
    texts = table.column(_TOMOGRAM - 1)
    numbers = to_integers(texts, wheres, f"column {_TOMOGRAM}, the tomogram,")
    if volumes is None:
        return [str(number) for number in numbers], {}
    listed = read_volume_list(volumes)
    for number, where in zip(numbers, wheres, strict=True):
        if number not in listed:
            raise CryoalError(f"{where}: tomogram {number} is not in {volumes}; add it there")
    names = [listed[number][0] for number in numbers]
    return names, {listed[number][0]: listed[number][1] for number in dict.fromkeys(numbers)}


def _labels(table: WordTable, wheres: Sequence[str], column: int) -> list[str]:
    if table.rows and len(table.rows[0]) < column:
        raise CryoalError(f"{table.path}: has no column {column} for the labels; name another")
    numbers = to_integers(table.column(column - 1), wheres, f"column {column}, the label,")
    return class_names(table.path, numbers, wheres)


def _voxel_size_A(table: WordTable, wheres: Sequence[str]) -> Numbers | None:
    """Dynamo writes 0 where it does not know, and 1 where the volume's header did not."""
    if not table.rows or len(table.rows[0]) < _VOXEL:
        return None
    sizes = _column(table, _VOXEL, wheres)
    return sizes if (sizes > 0).all() and (sizes != 1).any() else None
