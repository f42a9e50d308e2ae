"""Names of files and folders that hold the particles of one class."""

from __future__ import annotations

import re
from pathlib import Path

from cryoal.errors import CryoalError

_NO_FILE_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def list_of_class(out: Path, suffix: str, name: str) -> Path:
    """``TS_1.coords`` and ``ribosome`` give ``TS_1.ribosome.coords``.

    Args:
        out: ends in ``suffix``, in whatever case.
        suffix: of lists of its format.
        name: of the class.

    Raises:
        CryoalError: a class that can be no part of a file's name.
    """
    _refuse_no_name(name)
    cut = len(out.name) - len(suffix)
    return out.with_name(f"{out.name[:cut]}.{name}{out.name[cut:]}")


def folder_of(out: Path, name: str) -> Path:
    """The folder of a class in ``out``.

    Raises:
        CryoalError: as :func:`list_of_class`.
    """
    _refuse_no_name(name)
    return out / name


def _refuse_no_name(name: str) -> None:
    if _NO_FILE_NAME.search(name) or name in {".", ".."}:
        raise CryoalError(f"class '{name}' cannot be part of a file's name; rename it")
