"""Tables without a header: a row a line, words between blanks, written back as they were read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.io.text_file import BOM, read_text


@dataclass(frozen=True)
class WordTable:
    """The rows of a file, and all of its lines.

    Attributes:
        rows: words of each row.
        lines: of the file without their newline; a carriage return stays part of its line.
        at: position in ``lines`` of each row.
        mark: the byte order mark, or nothing.
    """

    path: Path
    rows: list[list[str]]
    lines: list[str]
    at: list[int]
    mark: str

    def wheres(self) -> list[str]:
        """File and line of each row, for messages."""
        return [f"{self.path}, line {at + 1}" for at in self.at]

    def column(self, position: int) -> list[str]:
        """The words at a position, counted from 0."""
        return [row[position] for row in self.rows]


def read_word_table(path: Path, least: int, what: str) -> WordTable:
    """A table whose rows have one length; blank lines and those that begin with # are no rows.

    Args:
        path: the file.
        least: number of words that a row needs.
        what: these words, for the message.

    Raises:
        CryoalError: unreadable, not UTF-8, or a row of another length or too short.
    """
    text = read_text(path)
    mark = BOM if text.startswith(BOM) else ""
    lines = text.removeprefix(mark).split("\n")
    rows: list[list[str]] = []
    at: list[int] = []
    for number, line in enumerate(lines):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) < least or (rows and len(words) != len(rows[0])):
            other = f", {len(rows[0])} above" if rows else ""
            raise CryoalError(
                f"{path}, line {number + 1}: {len(words)} values{other}; {what} are needed. "
                "Is it another kind of file, or cut off?"
            )
        rows.append(words)
        at.append(number)
    return WordTable(path, rows, lines, at, mark)


def write_words(table: WordTable, out: Path, columns: Mapping[int, Sequence[str]]) -> None:
    """Write a copy of the table's file with the words of some columns replaced.

    Everything else stays as it is, byte for byte. ``out`` may be the file itself.

    Args:
        table: as it was read.
        out: where the copy goes; appears whole or not at all.
        columns: words without blanks by position, one a row.

    Raises:
        CryoalError: the copy cannot be written.
    """
    lines = list(table.lines)
    for position, words in columns.items():
        before = re.compile(rf"\s*(?:\S+\s+){{{position}}}")
        for line, word in zip(table.at, words, strict=True):
            found = before.match(lines[line])
            assert found is not None
            rest = lines[line][found.end() :]
            lines[line] = found[0] + word + rest[len(rest.split(maxsplit=1)[0]) :]
    with written_atomically(out) as temporary:
        temporary.write_bytes((table.mark + "\n".join(lines)).encode())
