"""Comma-separated tables with a header row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically


@dataclass(frozen=True)
class CsvTable:
    """Columns by lower-case name, and the line of the file that each row ends on."""

    columns: dict[str, list[str]]
    lines: list[int]


def read_csv_table(path: Path) -> CsvTable:
    """A CSV in UTF-8 (with or without BOM, any line ends); blanks around values are dropped.

    Raises:
        CryoalError: not UTF-8, no header, a column named twice, or a row of another length.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CryoalError(f"{path}: is not UTF-8 ({error.reason}); save it as UTF-8") from error
    except OSError as error:
        raise CryoalError(f"{path}: cannot be read ({error.strerror})") from error
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    header: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            values = [value.strip() for value in row]
            if not row or (len(header) != 1 and not any(values)):
                continue
            if not header:
                header = _checked_header(path, values)
                continue
            if len(values) != len(header):
                raise CryoalError(
                    f"{path}, line {reader.line_num}: {len(values)} values for "
                    f"{len(header)} columns; correct the row"
                )
            rows.append(values)
            lines.append(reader.line_num)
    except csv.Error as error:
        raise CryoalError(f"{path}, line {reader.line_num}: {error}; correct the row") from error
    if not header:
        raise CryoalError(f"{path}: is empty; give it a header row and one row an item")
    columns = {name: [row[at] for row in rows] for at, name in enumerate(header)}
    return CsvTable(columns, lines)


def require_columns(path: Path, table: CsvTable, names: Sequence[str]) -> None:
    """Refuse a table without the named columns.

    Raises:
        CryoalError: names the missing column and what the first row holds instead.
    """
    for name in names:
        if name not in table.columns:
            raise CryoalError(
                f"{path}, line 1: no column '{name}' among {', '.join(table.columns)}; "
                "the first row must name the columns, separated by commas"
            )


def _checked_header(path: Path, values: list[str]) -> list[str]:
    header = [value.lower() for value in values]
    if len(set(header)) != len(header):
        raise CryoalError(f"{path}, line 1: a column is named twice; rename one")
    return header


def write_csv_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV, in UTF-8 with plain line feeds, whole or not at all.

    Raises:
        CryoalError: it cannot be written.
    """
    with (
        written_atomically(path) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
