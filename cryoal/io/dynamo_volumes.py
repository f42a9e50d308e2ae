"""Dynamo's lists of tomograms: ``.doc`` (number and path a line) and ``.vll`` (a path a line).

In a ``.vll`` tomograms are numbered from 1 in their order unless a line ``* index = N`` below one
says otherwise; lines that begin with ``#``, ``>`` and ``!`` are not about numbers (Dynamo wiki,
Volume_list_file). Paths are from where Dynamo was started.
"""

from __future__ import annotations

import re
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.project_folder import in_project
from cryoal.io.text_file import BOM, read_text

_INDEX = re.compile(r"\*\s*index\s*=\s*(\d+)\s*$")
_NUMBERED = re.compile(r"(\d+)\s+(\S.*)$")


def read_volume_list(path: Path) -> dict[int, tuple[str, Path]]:
    """Name and file of each tomogram by its number.

    The name is that of the file without its ending, or the path as written where two files have
    one name.

    Raises:
        CryoalError: unreadable, a line of a ``.doc`` without number or path, or a number twice.
    """
    is_vll = path.suffix.lower() == ".vll"
    listed = _numbered_in_order(path) if is_vll else _numbered(path)
    texts: dict[int, str] = {}
    for line, number, text in listed:
        if number in texts:
            raise CryoalError(f"{path}, line {line}: number {number} is listed twice; remove one")
        texts[number] = text
    names = [_name(text) for text in texts.values()]
    unique = len(set(names)) == len(names)
    return {
        number: (name if unique else text, in_project(path, text))
        for (number, text), name in zip(texts.items(), names, strict=True)
    }


def volumes_beside(table: Path) -> Path | None:
    """The list of tomograms of the table's own name, if there is one."""
    files = (table.with_suffix(ending) for ending in (".doc", ".vll"))
    return next((file for file in files if file.is_file()), None)


def _lines(path: Path) -> list[tuple[int, str]]:
    lines = enumerate(read_text(path).removeprefix(BOM).split("\n"), start=1)
    return [(number, line.strip()) for number, line in lines if line.strip()]


def _numbered(path: Path) -> list[tuple[int, int, str]]:
    listed = []
    for line, text in _lines(path):
        found = _NUMBERED.match(text)
        if found is None:
            raise CryoalError(f"{path}, line {line}: a number and a path are needed; correct it")
        listed.append((line, int(found[1]), found[2]))
    return listed


def _numbered_in_order(path: Path) -> list[tuple[int, int, str]]:
    listed: list[tuple[int, int, str]] = []
    for line, text in _lines(path):
        index = _INDEX.match(text)
        if index and listed:
            listed[-1] = (listed[-1][0], int(index[1]), listed[-1][2])
        elif text[0] not in "#>!*":
            listed.append((line, len(listed) + 1, text))
    return listed


def _name(text: str) -> str:
    path = Path(text)
    return Path(path.stem).stem if path.suffix == ".gz" else path.stem
