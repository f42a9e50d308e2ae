"""Copies of a text without some of its lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.io.text_file import BOM, read_text


def keep_lines(source: Path, out: Path, rows: Sequence[int], keep: Sequence[bool]) -> None:
    """Write a copy of a text without the lines of the rows that are not kept.

    Everything else stays as it is, byte for byte. ``out`` may be ``source``.

    Args:
        source: the file to copy.
        out: where the copy goes; appears whole or not at all.
        rows: position of each row's line, counted from 0 between line feeds.
        keep: for each row.

    Raises:
        CryoalError: unreadable, another number of rows, or the copy cannot be written.
    """
    refuse_another_number(source, len(rows), len(keep))
    text = read_text(source)
    mark = BOM if text.startswith(BOM) else ""
    dropped = {row for row, is_kept in zip(rows, keep, strict=True) if not is_kept}
    lines = text.removeprefix(mark).split("\n")
    kept = [line for at, line in enumerate(lines) if at not in dropped]
    with written_atomically(out) as temporary:
        temporary.write_bytes((mark + "\n".join(kept)).encode())


def refuse_another_number(source: Path, count: int, kept: int) -> None:
    """Refuse a choice that was made for another number of particles.

    Raises:
        CryoalError: the numbers differ.
    """
    if count != kept:
        raise CryoalError(
            f"{source}: has {count} particles, the choice is about {kept}; use the list that was "
            "chosen from"
        )
