"""STAR tables: every value as the exact text in the file, and columns added to that text.

Format: Hall, J. Chem. Inf. Comput. Sci. 31 (1991) 326, as far as RELION uses it: ``data_`` blocks
that hold either one ``loop_`` table with a row a line, or single ``_name value`` pairs.

The file is read here and not with the starfile package because a STAR goes back to the program
it came from: values such as ``001``, ``1e-9``, ``5'-cap`` or ``a#b`` must survive, a row cut in
the middle must be noticed, and errors must name a line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.io.text_file import read_text

# A quote closes only before a blank or the end of the line; '#' starts a comment only as the
# first character of a word.
_WORD = re.compile(
    r"""(?P<comment>\#.*)
    | "(?P<double>(?:[^"]|"(?=\S))*)"(?!\S)
    | '(?P<single>(?:[^']|'(?=\S))*)'(?!\S)
    | (?P<plain>\S+)""",
    re.VERBOSE,
)


@dataclass
class StarBlock:
    """One ``data_`` block.

    Attributes:
        name: what follows ``data_``; may be empty.
        is_loop: a table; otherwise single pairs, kept as a table of one row.
        columns: names without the leading underscore.
        rows: values, one list a row.
        lines: position in the file's lines (from 0) of each row of a table.
        column_lines: position of the line of each column name.
    """

    name: str
    is_loop: bool = False
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    column_lines: list[int] = field(default_factory=list)

    def column(self, name: str) -> list[str]:
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


def read_star(path: Path) -> list[StarBlock]:
    """All blocks of a STAR file, in order.

    Raises:
        CryoalError: unreadable, not UTF-8, no block at all, two tables in a block, a column named
            twice, text over several lines, or a row whose values do not match the columns.
    """
    return _parse(path, _lines(path))


def append_columns(
    star_in: Path,
    star_out: Path,
    block: str,
    columns: Mapping[str, Sequence[str | int | float]],
) -> None:
    """Write a copy of a STAR file with columns of one table added, or replaced where present.

    Everything else stays as it is, byte for byte. ``star_out`` appears whole or not at all and
    may be ``star_in``.

    Args:
        star_in: the file to copy.
        star_out: where the copy goes.
        block: name of the block (after ``data_``) that holds the table.
        columns: values by column name (without underscore), one a row in the order of the rows.

    Raises:
        CryoalError: as :func:`read_star`, no such table, or a table with another number of rows.
    """
    lines = _lines(star_in)
    table = next(
        (b for b in _parse(star_in, lines) if b.name == block and b.is_loop and b.columns), None
    )
    if table is None:
        raise CryoalError(f"{star_in}: no table data_{block}; name the file that was predicted")
    for name, values in columns.items():
        if len(values) != len(table.rows):
            raise CryoalError(
                f"{star_in}: data_{block} has {len(table.rows)} rows, {len(values)} values were "
                f"made for {name}; use the file that was predicted"
            )
    at = {name: position for position, name in enumerate(table.columns)}
    new = [name for name in columns if name not in at]
    for row, line in enumerate(table.lines):
        replaced = {at[name]: _word(columns[name][row]) for name in columns if name in at}
        added = [_word(columns[name][row]) for name in new]
        lines[line] = _edited_row(lines[line], replaced, added)
    if new:
        last = table.column_lines[-1]
        lines[last] = _extended_header(lines[last], len(table.columns), new)
    with written_atomically(star_out) as temporary:
        temporary.write_bytes("\n".join(lines).encode())


def _lines(path: Path) -> list[str]:
    """Lines without their newline; a carriage return stays part of its line."""
    return read_text(path).split("\n")


def _parse(path: Path, lines: Sequence[str]) -> list[StarBlock]:
    blocks: list[StarBlock] = []
    in_rows = False
    for number, line in enumerate(lines):
        text = line.strip().removeprefix("\ufeff")
        if not text or text.startswith("#"):
            continue
        if text.startswith("data_"):
            blocks.append(StarBlock(text.split()[0][5:]))
            in_rows = False
            continue
        if not blocks:
            raise CryoalError(f"{path}, line {number + 1}: text before any data_ block; not a STAR")
        block = blocks[-1]
        if text.split()[0] == "loop_":
            if block.columns or block.is_loop:
                raise CryoalError(
                    f"{path}, line {number + 1}: a second table in data_{block.name}; split it"
                )
            block.is_loop = True
        elif text.startswith("_") and not in_rows:
            _add_column(path, block, number, text)
        elif block.is_loop and block.columns:
            in_rows = True
            _add_row(path, block, number, text)
        else:
            raise CryoalError(f"{path}, line {number + 1}: '{text[:40]}' belongs to no table")
    if not blocks:
        raise CryoalError(f"{path}: holds no data_ block; is it a STAR file?")
    return blocks


def _add_column(path: Path, block: StarBlock, number: int, text: str) -> None:
    words = _words(text)
    name = words[0][1:]
    if name in block.columns:
        raise CryoalError(f"{path}, line {number + 1}: column _{name} is named twice")
    block.columns.append(name)
    block.column_lines.append(number)
    if not block.is_loop:
        if len(words) != 2:
            raise CryoalError(f"{path}, line {number + 1}: _{name} needs one value; cut off?")
        block.rows = [[*(block.rows[0] if block.rows else []), words[1]]]


def _add_row(path: Path, block: StarBlock, number: int, text: str) -> None:
    if text.startswith(";"):
        raise CryoalError(f"{path}, line {number + 1}: text over several lines is not read")
    values = _words(text)
    if len(values) != len(block.columns):
        raise CryoalError(
            f"{path}, line {number + 1}: {len(values)} values for {len(block.columns)} columns of "
            f"data_{block.name}; cut in the middle? copy it again"
        )
    block.rows.append(values)
    block.lines.append(number)


def _words(text: str) -> list[str]:
    if not ('"' in text or "'" in text or "#" in text):
        return text.split()
    return [_value(match) for match in _WORD.finditer(text) if match["comment"] is None]


def _value(match: re.Match[str]) -> str:
    for kind in ("double", "single"):
        if match[kind] is not None:
            return match[kind]
    return match["plain"]


def _edited_row(line: str, replaced: Mapping[int, str], added: Sequence[str]) -> str:
    spans = [match.span() for match in _WORD.finditer(line) if match["comment"] is None]
    end = spans[-1][1]
    for at, word in sorted(replaced.items(), reverse=True):
        start, stop = spans[at]
        line = line[:start] + word + line[stop:]
        end += len(word) - (stop - start)
    return line[:end] + "".join(f"  {word}" for word in added) + line[end:]


def _extended_header(line: str, count: int, names: Sequence[str]) -> str:
    """The last column name of a table, and the new ones below it in the same style."""
    ending = "\r" if line.endswith("\r") else ""
    numbered = "#" in line
    new = [
        f"_{name} #{count + at}{ending}" if numbered else f"_{name}{ending}"
        for at, name in enumerate(names, start=1)
    ]
    return "\n".join([line, *new])


def _word(value: str | int | float) -> str:
    """A value as one word; floats with six significant digits."""
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    if "\n" in text or "\r" in text:
        raise CryoalError(f"the value {text!r} has a line break, which a STAR table cannot hold")
    if text and not re.search(r"""\s|^["'#;_]|^data_|^loop_""", text):
        return text
    for quote in "\"'":
        if not re.search(rf"{quote}(\s|$)", text):
            return f"{quote}{text}{quote}"
    raise CryoalError(f"the value {text!r} cannot be quoted in a STAR table; rename it")
