"""crYOLO's ``.cbox``: a STAR whose ``data_cryolo`` holds the boxes of one tomogram.

``CoordinateX`` and ``CoordinateY`` are the corner of a box and ``CoordinateZ`` its middle, in
voxels from 0 (TomoTwin ``cbox_format.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cryoal.errors import CryoalError
from cryoal.io.kept_lines import keep_lines
from cryoal.io.number_text import to_numbers
from cryoal.io.pick_checks import checked, numbered_ids
from cryoal.io.picks import Frame, Picks
from cryoal.io.star import StarBlock, append_columns, read_star

CLASS_COLUMN, PROBABILITY_COLUMN = "cryoalClass", "cryoalProbability"

_BLOCK = "cryolo"
_PLACE = ("CoordinateX", "CoordinateY", "CoordinateZ")
_EDGES = ("Width", "Height")


def read_cbox(path: Path) -> Picks:
    """The boxes' middles; the tomogram has the file's own name.

    Labels are those that :func:`write_cbox_classes` writes, if there are any.

    Raises:
        CryoalError: as :func:`cryoal.io.star.read_star`, no such table, a missing column, values
            that are no numbers, boxes listed twice.
    """
    table = _table(path)
    wheres = [f"{path}, line {line + 1}" for line in table.lines]
    place, edges = (
        [to_numbers(table.column(name), wheres, f"_{name}") for name in names]
        for names in (_PLACE, _EDGES)
    )
    names = [path.stem] * len(wheres)
    middles = [place[0] + edges[0] / 2, place[1] + edges[1] / 2, place[2]]
    return checked(
        Picks(
            source=path,
            ids=numbered_ids(names),
            wheres=wheres,
            tomograms=names,
            positions=np.stack(middles, axis=1),
            frame=Frame.VOXELS,
            labels=table.column(CLASS_COLUMN) if CLASS_COLUMN in table.columns else [],
        )
    )


def write_cbox_classes(
    source: Path, out: Path, names: Sequence[str], probabilities: Sequence[str]
) -> None:
    """Write a copy with ``cryoalClass`` and ``cryoalProbability`` of each box; all else stays.

    Raises:
        CryoalError: as :func:`read_cbox` and :func:`cryoal.io.star.append_columns`.
    """
    _table(source)
    columns: dict[str, Sequence[str | int | float]] = {
        CLASS_COLUMN: names,
        PROBABILITY_COLUMN: probabilities,
    }
    append_columns(source, out, _BLOCK, columns)


def keep_cbox_boxes(source: Path, out: Path, keep: Sequence[bool]) -> None:
    """Write a copy with only those boxes that are kept; all else stays, byte for byte.

    Raises:
        CryoalError: as :func:`read_cbox`, or another number of boxes.
    """
    keep_lines(source, out, _table(source).lines, keep)


def _table(path: Path) -> StarBlock:
    table = next((b for b in read_star(path) if b.name == _BLOCK and b.is_loop), None)
    missing = [n for n in (*_PLACE, *_EDGES) if table is None or n not in table.columns]
    if table is None or missing:
        raise CryoalError(
            f"{path}: data_{_BLOCK} has no table with _{', _'.join(missing)}; is it a .cbox of "
            "tomograms?"
        )
    return table
