"""The files of picks of a copick project on disk.

``ExperimentRuns/RUN/Picks/USER_SESSION_OBJECT.json`` under the roots that the configuration
names; a file in the overlay stands before one of its name in the static root (copick
``impl/filesystem.py``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryoal.errors import CryoalError
from cryoal.io.json_text import elements, members, parse_json, value_start
from cryoal.io.text_file import read_text

RUNS, PICKS = "ExperimentRuns", "Picks"

_ROOTS = ("overlay_root", "static_root")


@dataclass(frozen=True)
class CopickSelection:
    """Which picks of a project are meant; None is all of them.

    Attributes:
        user, session: who picked, and in which session.
    """

    user: str | None = None
    session: str | None = None


@dataclass(frozen=True)
class CopickFile:
    """One file of picks.

    Attributes:
        path: of the file.
        run, name: where, and which object.
        voxel_spacing: of the tomogram that was looked at, as the file says it.
        points: as JSON gives them.
        has_orientations: these mean something.
    """

    path: Path
    run: str
    name: str
    voxel_spacing: Any
    points: list[dict[str, Any]]
    has_orientations: bool

    def point_texts(self) -> list[str]:
        """Each point as it is written."""
        text = read_text(self.path)
        places = members(text, value_start(text))
        listed = elements(text, places["points"][0]) if self.points else []
        return [text[start:stop] for start, stop in listed]


def copick_files(project: Path, selection: CopickSelection) -> list[CopickFile]:
    """Files of picks by run and name.

    Args:
        project: folder that holds ``ExperimentRuns``, or a configuration ``.json``.
        selection: whose picks.

    Raises:
        CryoalError: no project on this disk, none of these picks, files that are not copick's.
    """
    found: dict[tuple[str, str], Path] = {}
    for root in _roots(project):
        for path in (root / RUNS).glob(f"*/{PICKS}/*.json"):
            found.setdefault((path.parent.parent.name, path.name), path)
    files = [
        _read(path, run)
        for (run, name), path in sorted(found.items())
        if _is_selected(name, selection)
    ]
    if not files:
        of = ", ".join(f"{key} {value}" for key, value in vars(selection).items() if value)
        seen = sorted({name.rsplit("_", 1)[0] for _, name in found})
        raise CryoalError(
            f"{project}: no picks{f' of {of}' if of else ''}; there are those of "
            f"{', '.join(seen[:10]) or 'nobody'} (user_session)"
        )
    return files


def _is_selected(name: str, selection: CopickSelection) -> bool:
    user, session, *_ = [*name.split("_"), ""]
    return selection.user in (None, user) and selection.session in (None, session)


def _roots(project: Path) -> list[Path]:
    if project.is_dir():
        return [project]
    config = parse_json(read_text(project), project)
    named = [config.get(root) for root in _ROOTS] if isinstance(config, dict) else []
    roots = []
    for root in named:
        if root is None:
            continue
        if not isinstance(root, str) or re.match(r"(?!local:|file:)[a-z0-9+]+://", root):
            raise CryoalError(f"{project}: the root {root} is not on this disk; copy it here")
        path = Path(re.sub(r"^(local|file):(//)?", "", root))
        roots.append(path if path.is_absolute() else project.parent / path)
    if not roots:
        raise CryoalError(f"{project}: names no {' or '.join(_ROOTS)}; give copick's configuration")
    return roots


def _read(path: Path, run: str) -> CopickFile:
    value = parse_json(read_text(path), path)
    points = value.get("points") or [] if isinstance(value, dict) else None
    if (
        not isinstance(points, list)
        or not all(isinstance(point, dict) for point in points)
        or not isinstance(value.get("pickable_object_name"), str)
    ):
        raise CryoalError(f"{path}: has no pickable_object_name or no list of points; restore it")
    if value.get("unit", "angstrom") != "angstrom":
        raise CryoalError(f"{path}: the unit is {value['unit']}, not angstrom; convert it")
    return CopickFile(
        path,
        run,
        value["pickable_object_name"],
        value.get("voxel_spacing"),
        points,
        bool(value.get("trust_orientation", True)),
    )


def is_copick_project(path: Path) -> bool:
    """Whether this is the folder of a project, or a configuration that names its roots."""
    if path.is_dir():
        return (path / RUNS).is_dir()
    if path.suffix != ".json":
        return False
    try:
        config = parse_json(read_text(path), path)
    except CryoalError:
        return False
    return isinstance(config, dict) and any(root in config for root in _ROOTS)
