"""What a CSV says of the items, whichever way it names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.io.class_list import read_class_list
from cryoal.io.csv_table import CsvTable, read_csv_table, require_columns

CLASS_LIST = "classes.txt"


@dataclass(frozen=True)
class LabelTable:
    """Columns ``label`` (empty where unknown), and optionally ``path``, ``id`` and ``group``.

    Attributes:
        wheres: file and line of each row, for errors.
        classes: those of a ``classes.txt`` beside the file, or None without one.
    """

    label_names: list[str]
    wheres: list[str]
    paths: list[str] | None
    ids: list[str] | None
    groups: npt.NDArray[np.str_] | None
    classes: list[str] | None


def read_label_table(path: Path, label_column: str | None) -> LabelTable:
    """Read ``labels.csv``; ``label_column`` names another column than ``label``.

    Raises:
        CryoalError: the CSV cannot be read, lacks the column, or a label is not in classes.txt.
    """
    table = read_csv_table(path)
    column = (label_column or "label").lower()
    require_columns(path, table, [column])
    wheres = [f"{path}, line {line}" for line in table.lines]
    classes = known_classes(path.parent)
    refuse_unknown(table.columns[column], wheres, classes)
    return LabelTable(
        label_names=table.columns[column],
        wheres=wheres,
        paths=table.columns.get("path"),
        ids=_filled(table, wheres, "id"),
        groups=groups_of(table.columns.get("group")),
        classes=classes,
    )


def known_classes(folder: Path) -> list[str] | None:
    """The classes that ``classes.txt`` in the folder lists, or None without that file."""
    listing = folder / CLASS_LIST
    return read_class_list(listing) if listing.is_file() else None


def refuse_unknown(
    label_names: Sequence[str], wheres: Sequence[str], classes: Sequence[str] | None
) -> None:
    """Refuse labels that are not among the stated classes.

    Raises:
        CryoalError: names the row and the nearest class.
    """
    if classes is None:
        return
    known = {"", *classes}
    for name, where in zip(label_names, wheres, strict=True):
        if name not in known:
            near = get_close_matches(name, classes, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(sorted(classes))}"
            raise CryoalError(f"{where}: class '{name}' is not in {CLASS_LIST}; {hint}")


def groups_of(names: Sequence[str] | None) -> npt.NDArray[np.str_] | None:
    """Group names as an array; None where no item has one."""
    if names is None or not any(names):
        return None
    return np.array(names, dtype=np.str_)


def _filled(table: CsvTable, wheres: Sequence[str], name: str) -> list[str] | None:
    values = table.columns.get(name)
    for value, where in zip(values or [], wheres, strict=False):
        if not value:
            raise CryoalError(f"{where}: no {name}; fill it in or remove the column")
    return values
