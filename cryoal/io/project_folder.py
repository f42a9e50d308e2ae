"""Files that a list names from the folder of its project, wherever the list itself lies."""

from __future__ import annotations

from pathlib import Path

_PARENTS = 6


def in_project(beside: Path, name: str) -> Path:
    """The file that ``name`` means in a list at ``beside``.

    A relative name starts at the list's folder or at the nearest of the six folders above it
    where such a file or folder is found: RELION, Warp and Dynamo count paths from where they were
    started. Found nowhere, it is taken from the list's own folder.
    """
    path = Path(name)
    if path.is_absolute():
        return path
    folder = beside.resolve().parent
    for candidate in (folder, *list(folder.parents)[:_PARENTS]):
        if (candidate / path).exists():
            return candidate / path
    return folder / path
