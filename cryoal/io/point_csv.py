"""Points in a CSV: columns ``x``, ``y``, ``z``, and which tomogram, and optionally what.

The tomogram is in ``tomogram``, ``run_name`` (copick) or ``experiment`` (the CZII challenge), the
label in ``label`` or ``particle_type``. The unit is not in such files and has to be stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cryoal.io.coordinate_unit import Unit
from cryoal.io.csv_columns import put_csv_columns
from cryoal.io.csv_table import CsvTable, read_csv_table, require_columns
from cryoal.io.number_text import to_numbers
from cryoal.io.pick_checks import checked, unique_ids
from cryoal.io.picks import Picks

PROBABILITY_COLUMN = "probability"

_TOMOGRAMS = ("tomogram", "run_name", "experiment")
_LABELS = ("label", "particle_type")
_ID = "id"


def read_point_csv(path: Path, unit: Unit, label_column: str | None = None) -> Picks:
    """The points of a CSV, in its order.

    Ids are those of a column ``id`` where these are all different. A file that names no tomogram
    is about one with the file's own name.

    Args:
        path: the file.
        unit: of the coordinates.
        label_column: holds the labels, if under another name than those above.

    Raises:
        CryoalError: as :func:`cryoal.io.csv_table.read_csv_table`, a missing coordinate, values
            that are no numbers, points listed twice.
    """
    table = read_csv_table(path)
    labels = _LABELS if label_column is None else (label_column.lower(),)
    require_columns(path, table, ["x", "y", "z", *(labels if label_column else ())])
    wheres = [f"{path}, line {line}" for line in table.lines]
    names = _first_of(table, _TOMOGRAMS) or [path.stem] * len(wheres)
    columns = [to_numbers(table.columns[axis], wheres, axis) for axis in "xyz"]
    return checked(
        Picks(
            source=path,
            ids=unique_ids(table.columns.get(_ID), names),
            wheres=wheres,
            tomograms=names,
            positions=np.stack(columns, axis=1),
            frame=unit.frame,
            labels=_first_of(table, labels) or [],
        )
    )


def write_csv_classes(
    source: Path,
    out: Path,
    names: Sequence[str],
    probabilities: Sequence[str],
    label_column: str | None = None,
) -> None:
    """Write a copy of a CSV with the class of each point in its label column, and ``probability``.

    Everything else stays as it is, byte for byte; columns that are not there are added.

    Args:
        source: as :func:`read_point_csv`.
        out: where the copy goes.
        names: class of each point.
        probabilities: of that class, as text.
        label_column: as :func:`read_point_csv`.

    Raises:
        CryoalError: as :func:`cryoal.io.csv_columns.put_csv_columns`.
    """
    present = read_csv_table(source).columns
    label = (label_column or "").lower()
    label = label or next((name for name in _LABELS if name in present), _LABELS[0])
    put_csv_columns(source, out, {label: names, PROBABILITY_COLUMN: probabilities})


def _first_of(table: CsvTable, names: Sequence[str]) -> list[str] | None:
    return next((table.columns[name] for name in names if name in table.columns), None)
