"""``classes.txt``: the classes that a project knows, one a line."""

from __future__ import annotations

from pathlib import Path

from cryoal.errors import CryoalError


def read_class_list(path: Path) -> list[str]:
    """Class names, blank lines left out.

    Raises:
        CryoalError: unreadable, not UTF-8, empty, or a class named twice.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise CryoalError(f"{path}: is not UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise CryoalError(f"{path}: cannot be read ({error.strerror})") from error
    names: list[str] = []
    for number, line in enumerate(lines, start=1):
        name = line.strip()
        if name in names:
            raise CryoalError(f"{path}, line {number}: class '{name}' is listed twice; remove one")
        if name:
            names.append(name)
    if not names:
        raise CryoalError(f"{path}: names no class; list one a line or remove the file")
    return names
