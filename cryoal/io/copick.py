"""Picks of a copick project on disk, read and written as its files.

``ExperimentRuns/RUN/Picks/USER_SESSION_OBJECT.json`` under the project's roots; points are in
Angstrom from the tomogram's corner, ``transformation_`` turns and then moves the object to the
point (copick ``models.py``, ``impl/filesystem.py``). The copick package itself is not used: it
holds zarr below 3.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.io.copick_files import PICKS, RUNS, CopickFile, CopickSelection, copick_files
from cryoal.io.json_locations import locations
from cryoal.io.json_text import member_edit
from cryoal.io.pick_checks import checked
from cryoal.io.picks import Frame, Picks
from cryoal.io.rotation_matrices import to_rotations
from cryoal.io.text_edits import edited

USER = "cryoal"

# Names that copick takes: the underscore keeps user, session and object apart.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\s_]')


def read_copick(project: Path, selection: CopickSelection) -> Picks:
    """The picks of a project, by run, file and order in the file.

    Labels are the names of the objects, ids ``RUN/USER_SESSION_OBJECT/NUMBER``. Rotations are
    there if every file says that they can be trusted. A run's only tomogram is its volume.

    Args:
        project: its folder, which holds ``ExperimentRuns``, or its configuration ``.json``.
        selection: whose picks.

    Raises:
        CryoalError: no project on this disk, none of these picks, files that are not copick's,
            numbers that are not finite, a particle picked twice: select a user and a session.
    """
    files = copick_files(project, selection)
    points = [point for file in files for point in file.points]
    wheres = [f"{file.path}, point {at}" for file in files for at in range(1, len(file.points) + 1)]
    matrices = [_matrix(point, where) for point, where in zip(points, wheres, strict=True)]
    moved = np.array([matrix[:3, 3] for matrix in matrices]).reshape(-1, 3)
    is_oriented = bool(files) and all(file.has_orientations for file in files)
    runs = [file.run for file in files for _ in file.points]
    return checked(
        Picks(
            source=project,
            ids=[
                f"{file.run}/{file.path.stem}/{at}"
                for file in files
                for at in range(1, len(file.points) + 1)
            ],
            wheres=wheres,
            tomograms=runs,
            positions=locations(points, wheres) + moved,
            frame=Frame.CORNER_A,
            rotations=to_rotations([m[:3, :3] for m in matrices], wheres) if is_oriented else None,
            labels=[file.name for file in files for _ in file.points],
            files=dict(_volumes({file.run: file.path.parent.parent for file in files})),
        )
    )


def write_copick_classes(
    project: Path,
    out: Path,
    selection: CopickSelection,
    session: str,
    names: Sequence[str],
    probabilities: Sequence[str],
) -> list[Path]:
    """Write the picks again, under the user ``cryoal`` and by their classes.

    Every point is as it was but for its score, which is the probability; a file holds those of
    one class in one run. Picks without a class go to no file.

    Args:
        project, selection: as :func:`read_copick`.
        out: the root to write below, which may be the project's own.
        session: of the new picks.
        names: class of each pick.
        probabilities: of that class, as the text of a number from 0 to 1.

    Returns:
        The files written.

    Raises:
        CryoalError: as :func:`read_copick`, a class or session that copick cannot name, picks of
            this session that are there already.
    """
    for name in {session, *names} - {""}:
        if _FORBIDDEN.search(name):
            raise CryoalError(
                f"'{name}' cannot be a name in copick (no blanks, underscores or <>:\"/\\|?*); "
                "rename it"
            )
    files = copick_files(project, selection)
    count = sum(len(file.points) for file in files)
    if count != len(names):
        raise CryoalError(
            f"{project}: has {count} of these picks, {len(names)} classes were made; use the "
            "project that was predicted"
        )
    made: dict[tuple[str, str], _Group] = {}
    answers = iter(zip(names, probabilities, strict=True))
    for file in files:
        for text in file.point_texts():
            name, probability = next(answers)
            if name:
                group = made.setdefault((file.run, name), _Group(file))
                group.add(file, edited(text, [member_edit(text, 0, "score", probability)]))
    targets = {key: out / RUNS / key[0] / PICKS / f"{USER}_{session}_{key[1]}.json" for key in made}
    _refuse_older(targets.values(), session)
    for (run, name), group in made.items():
        target = targets[run, name]
        target.parent.mkdir(parents=True, exist_ok=True)
        with written_atomically(target) as temporary:
            temporary.write_text(group.text(run, name, session), encoding="utf-8")
    return list(targets.values())


class _Group:
    """Points of one class in one run, on their way to a file."""

    def __init__(self, first: CopickFile) -> None:
        self._spacing = first.voxel_spacing
        self._has_orientations = True
        self._points: list[str] = []

    def add(self, file: CopickFile, point: str) -> None:
        self._has_orientations &= file.has_orientations
        self._points.append(point)

    def text(self, run: str, name: str, session: str) -> str:
        head = {
            "pickable_object_name": name,
            "user_id": USER,
            "session_id": session,
            "run_name": run,
            "voxel_spacing": self._spacing,
            "unit": "angstrom",
            "trust_orientation": self._has_orientations,
        }
        points = ",\n".join(self._points)
        return f'{json.dumps(head)[:-1]}, "points": [\n{points}\n]}}\n'


def _matrix(point: dict[str, Any], where: str) -> Any:
    """(4, 4), nothing moved where a point says nothing."""
    rows = point.get("transformation_")
    if rows is None:
        return np.eye(4)
    try:
        matrix = np.array(rows, np.float64).reshape(4, 4)
    except (OverflowError, TypeError, ValueError):
        matrix = np.full((4, 4), np.nan)
    if not np.isfinite(matrix).all():
        raise CryoalError(f"{where}: transformation_ is not 4 x 4 finite numbers; correct it")
    return matrix


def _volumes(runs: dict[str, Path]) -> Iterator[tuple[str, Path]]:
    for run, folder in runs.items():
        found = [
            path
            for path in folder.glob("VoxelSpacing*/*.zarr")
            if not path.stem.endswith("_features")
        ]
        if len(found) == 1:
            yield run, found[0]


def _refuse_older(targets: Any, session: str) -> None:
    for folder in sorted({target.parent for target in targets}):
        older = sorted(folder.glob(f"{USER}_{session}_*.json"))
        if older:
            raise CryoalError(f"{older[0]}: is there already; name another session than {session}")
