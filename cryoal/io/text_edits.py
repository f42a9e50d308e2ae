"""Changes to parts of a text that leave the rest as it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cryoal.io.atomic import written_atomically

Span = tuple[int, int]


def edited(text: str, edits: Iterable[tuple[Span, str]]) -> str:
    """The text with each span (first and one past the last character) replaced by its word.

    Spans do not overlap; an empty one inserts. Insertions at one place keep their order.
    """
    parts = []
    last = 0
    for (start, stop), word in sorted(edits, key=lambda edit: edit[0]):
        parts += [text[last:start], word]
        last = stop
    return "".join([*parts, text[last:]])


def write_edited(out: Path, text: str, edits: Iterable[tuple[Span, str]]) -> None:
    """Write :func:`edited` text as UTF-8, whole or not at all.

    Raises:
        CryoalError: the file cannot be written.
    """
    with written_atomically(out) as temporary:
        temporary.write_bytes(edited(text, edits).encode())
