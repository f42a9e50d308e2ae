"""What class numbers mean: ``NAME.classes.csv`` beside a list that holds numbers only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.csv_table import read_csv_table, write_csv_table
from cryoal.io.number_text import to_integers

_CLASS = "class"


def legend_of(particles: Path) -> Path:
    """Where the legend of a list of particles is."""
    return particles.with_suffix(".classes.csv")


def write_legend(particles: Path, column: str, classes: Sequence[str]) -> Path:
    """Write the legend of ``particles``: classes are numbered from 1 in their order.

    Args:
        particles: the list, which need not be there.
        column: what the list calls the numbers.
        classes: all of them.

    Returns:
        The file written.

    Raises:
        CryoalError: it cannot be written.
    """
    path = legend_of(particles)
    write_csv_table(path, [column, _CLASS], ([str(n), name] for n, name in enumerate(classes, 1)))
    return path


def class_names(particles: Path, numbers: Sequence[int], wheres: Sequence[str]) -> list[str]:
    """Name of each class number, or the number as text where there is no legend.

    0, which is what the programs write for "none", is an empty name unless the legend has it.

    Args:
        particles: the list that holds the numbers.
        numbers: n of them.
        wheres: file and row of each, for the message.

    Raises:
        CryoalError: the legend cannot be read, or lacks one of the numbers.
    """
    if not legend_of(particles).is_file():
        return ["" if number == 0 else str(number) for number in numbers]
    names = {0: ""} | _read(legend_of(particles))
    for number, where in zip(numbers, wheres, strict=True):
        if number not in names:
            raise CryoalError(
                f"{where}: class {number} is not in {legend_of(particles)}; add or remove it there"
            )
    return [names[number] for number in numbers]


def _read(path: Path) -> dict[int, str]:
    table = read_csv_table(path)
    if len(table.columns) != 2 or _CLASS not in table.columns:
        raise CryoalError(f"{path}, line 1: two columns are needed, a number and '{_CLASS}'")
    column = next(name for name in table.columns if name != _CLASS)
    wheres = [f"{path}, line {line}" for line in table.lines]
    numbers = to_integers(table.columns[column], wheres, column)
    for at, number in enumerate(numbers):
        if number in numbers[:at]:
            raise CryoalError(f"{wheres[at]}: {number} is listed twice; remove one")
    return dict(zip(numbers, table.columns[_CLASS], strict=True))
