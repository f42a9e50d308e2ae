"""Columns put into a comma-separated table whose other characters stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.csv_table import read_csv_table
from cryoal.io.kept_lines import refuse_another_number
from cryoal.io.text_edits import Span, write_edited
from cryoal.io.text_file import BOM, read_text

_FIELD = re.compile(r'"(?:[^"]|"")*"|[^,\r\n]*')
_END = re.compile(r"\r\n|[\r\n]")


def put_csv_columns(source: Path, out: Path, columns: Mapping[str, Sequence[str]]) -> None:
    """Write a copy of a CSV with columns added at the right, or replaced where present.

    Everything else stays as it is, byte for byte. ``out`` may be ``source``.

    Args:
        source: the file to copy.
        out: where the copy goes; appears whole or not at all.
        columns: values by lower-case name, one a row.

    Raises:
        CryoalError: as :func:`cryoal.io.csv_table.read_csv_table`, or another number of rows.
    """
    table = read_csv_table(source)
    text = read_text(source)
    records = _rows(text)
    for name, values in columns.items():
        if not len(records) - 1 == len(table.lines) == len(values):
            raise CryoalError(
                f"{source}: has {len(table.lines)} rows, {len(values)} values were made for "
                f"{name}; use the file that was predicted"
            )
    at = {name: position for position, name in enumerate(table.columns)}
    edits: list[tuple[Span, str]] = []
    for number, spans in enumerate(records):
        added = ""
        for name, values in columns.items():
            word = _quoted(values[number - 1] if number else name)
            if name not in at:
                added += f",{word}"
            elif number:
                edits.append((spans[at[name]], word))
        edits.append(((spans[-1][1], spans[-1][1]), added))
    write_edited(out, text, edits)


def keep_csv_rows(source: Path, out: Path, keep: Sequence[bool]) -> None:
    """Write a copy of a CSV with only those rows that are kept; all else stays, byte for byte.

    Raises:
        CryoalError: as :func:`cryoal.io.csv_table.read_csv_table`, or another number of rows.
    """
    refuse_another_number(source, len(read_csv_table(source).lines), len(keep))
    text = read_text(source)
    edits = []
    for spans, is_kept in zip(_rows(text)[1:], keep, strict=True):
        if not is_kept:
            end = _END.match(text, spans[-1][1])
            edits.append(((spans[0][0], end.end() if end else len(text)), ""))
    write_edited(out, text, edits)


def _rows(text: str) -> list[list[Span]]:
    """Places of the fields of the header and of each row that :func:`read_csv_table` returns."""
    rows: list[list[Span]] = []
    for spans in _records(text):
        values = [text[start:stop].strip().strip('"').strip() for start, stop in spans]
        is_empty = len(spans) == 1 and spans[0][0] == spans[0][1]
        if not is_empty and ((rows and len(rows[0]) == 1) or any(values)):
            rows.append(spans)
    return rows


def _records(text: str) -> Iterator[list[Span]]:
    at = len(BOM) if text.startswith(BOM) else 0
    spans: list[Span] = []
    while at <= len(text):
        field = _FIELD.match(text, at)
        assert field is not None
        spans.append(field.span())
        at = field.end() + 1
        if text[field.end() : at] != ",":
            yield spans
            spans = []
            end = _END.match(text, field.end())
            at = end.end() if end else at
            if at == len(text):
                return


def _quoted(value: str) -> str:
    if value == value.strip() and not re.search(r'[",\r\n]', value):
        return value
    return '"' + value.replace('"', '""') + '"'
