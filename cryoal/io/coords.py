"""``.coords``: a line ``x y z`` for each point of one tomogram, as TomoTwin and IMOD write it.

Coordinates are voxels, 0 at the middle of the first (TomoTwin ``coords_format.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.io.class_files import list_of_class
from cryoal.io.coordinate_unit import Unit
from cryoal.io.number_text import to_numbers
from cryoal.io.pick_checks import checked, numbered_ids
from cryoal.io.picks import Picks
from cryoal.io.word_table import WordTable, read_word_table


def read_coords(path: Path, unit: Unit = Unit.PX) -> Picks:
    """The points of one tomogram, which has the file's own name.

    Raises:
        CryoalError: unreadable, a line of other than three numbers, points listed twice.
    """
    table = _table(path)
    wheres = table.wheres()
    names = [path.stem] * len(wheres)
    columns = [to_numbers(table.column(at), wheres, axis) for at, axis in enumerate("xyz")]
    return checked(
        Picks(
            source=path,
            ids=numbered_ids(names),
            wheres=wheres,
            tomograms=names,
            positions=np.stack(columns, axis=1),
            frame=unit.frame,
        )
    )


def write_coords_of_classes(source: Path, out: Path, names: Sequence[str]) -> list[Path]:
    """Write the lines of each class, as they are, to a file of its own.

    Args:
        source: as :func:`read_coords`.
        out: such as ``TS_1.coords``; the classes' files are beside it, ``TS_1.ribosome.coords``.
        names: class of each point; those without one go to no file.

    Returns:
        The files written.

    Raises:
        CryoalError: as :func:`read_coords`, or a class that can be no part of a file's name.
    """
    table = _table(source)
    if len(names) != len(table.rows):
        raise CryoalError(
            f"{source}: has {len(table.rows)} points, {len(names)} classes were made; use the "
            "file that was predicted"
        )
    written = []
    for name in sorted(set(names) - {""}):
        lines = [table.lines[at] for at, one in zip(table.at, names, strict=True) if one == name]
        file = list_of_class(out, out.suffix, name)
        with written_atomically(file) as temporary:
            temporary.write_bytes("".join(line + "\n" for line in lines).encode())
        written.append(file)
    return written


def _table(path: Path) -> WordTable:
    table = read_word_table(path, 3, "x, y and z")
    if table.rows and len(table.rows[0]) > 3:
        raise CryoalError(
            f"{table.wheres()[0]}: {len(table.rows[0])} values; three a line, x y z, are needed "
            "(IMOD: model2point without -contour and -object)"
        )
    return table
