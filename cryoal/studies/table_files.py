"""Tables as CSV and Parquet."""

from __future__ import annotations

import math
from pathlib import Path

import pyarrow
from pyarrow import parquet

from cryoal.io.atomic import written_atomically
from cryoal.io.csv_table import write_csv_table
from cryoal.studies.tables import Cell, Table


def write_table(folder: Path, name: str, table: Table) -> None:
    """Write ``name.csv`` and ``name.parquet``, each whole or not at all.

    What is unknown is empty in both; a number of labels that was not reached is infinity.

    Raises:
        CryoalError: the folder cannot be written.
    """
    header = list(table[0])
    rows = ([csv_cell(row[column]) for column in header] for row in table)
    write_csv_table(folder / f"{name}.csv", header, rows)
    with written_atomically(folder / f"{name}.parquet") as partial:
        parquet.write_table(arrow_table(table), partial)


def arrow_table(table: Table) -> pyarrow.Table:
    """Columns typed by what they hold; one without any value is a column of numbers."""
    made = pyarrow.Table.from_pylist(
        [{name: known(cell) for name, cell in row.items()} for row in table]
    )
    types = [
        pyarrow.field(field.name, pyarrow.float64()) if pyarrow.types.is_null(field.type) else field
        for field in made.schema
    ]
    return made.cast(pyarrow.schema(types))


def known(cell: Cell) -> Cell:
    return None if isinstance(cell, float) and math.isnan(cell) else cell


def csv_cell(cell: Cell) -> str:
    """Whole precision, so that the CSV holds what the Parquet file does."""
    cell = known(cell)
    return "" if cell is None else str(cell)
