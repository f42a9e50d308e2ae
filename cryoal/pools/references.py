"""Volumes as lists name them: ``path.mrc`` or ``000012@stack.mrcs``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.io.mrc import is_stack_name, is_volume_name

_NUMBERED = re.compile(r"(?P<number>\d{1,12})@(?P<path>.+)")


def parse_reference(text: str, where: str) -> tuple[str, int]:
    """Path and number of the volume (from 0, -1 without a number) that a list names.

    Args:
        text: as in the list; the number counts from 1, as RELION's do.
        where: file and line for the error.

    Raises:
        CryoalError: empty, number 0, a path with ``..`` or a NUL, or not the name of an MRC file.
    """
    match = _NUMBERED.fullmatch(text)
    path, number = (match["path"], int(match["number"]) - 1) if match else (text, -1)
    if match and number < 0:
        raise CryoalError(f"{where}: '{text}' has number 0, but volumes count from 1")
    pure = PurePosixPath(path)
    if "\0" in path:
        raise CryoalError(f"{where}: {text!r} is no file name")
    if ".." in pure.parts:
        raise CryoalError(f"{where}: '{text}' leaves the folder; name files inside it")
    if not (is_volume_name(pure.name) or is_stack_name(pure.name)):
        raise CryoalError(f"{where}: '{text}' is not the name of an MRC file")
    return str(pure), number


def places(
    references: Sequence[tuple[str, int]], wheres: Sequence[str], folder: Path
) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Files (each once), file of each item and number of each item's volume.

    Args:
        references: path (relative to ``folder`` or absolute) and number of each item.
        wheres: file and line of each, for the errors.
        folder: where relative paths start.

    Raises:
        CryoalError: a file that is not on disk, or a volume listed twice.
    """
    position: dict[str, int] = {}
    seen: dict[tuple[str, int], str] = {}
    for reference, where in zip(references, wheres, strict=True):
        path, _ = reference
        if path not in position:
            if not (folder / path).is_file():
                raise CryoalError(
                    f"{where}: {path} is not in {folder}; restore the file or remove the row"
                )
            position[path] = len(position)
        if reference in seen:
            raise CryoalError(f"{where}: the same volume as {seen[reference]}; remove one row")
        seen[reference] = where
    file_of = np.array([position[path] for path, _ in references], np.int64)
    volume_of = np.array([number for _, number in references], np.int64)
    return list(position), file_of, volume_of


def refuse_duplicates(ids: Sequence[str], wheres: Sequence[str]) -> None:
    """Refuse two items of one name.

    Raises:
        CryoalError: names both rows.
    """
    seen: dict[str, str] = {}
    for name, where in zip(ids, wheres, strict=True):
        if name in seen:
            raise CryoalError(f"{where}: id '{name}' is that of {seen[name]} too; make ids unique")
        seen[name] = where
