"""Points of the CryoET Data Portal: ``.ndjson``, a JSON object a line.

``{"type": "point", "location": {"x": .., "y": .., "z": ..}}`` counts voxels of the tomograms of
the file's ``VoxelSpacing``; an ``orientedPoint`` has ``xyz_rotation_matrix`` besides, which turns
the reference into the particle (the portal's ``point_converter.py``). A file is about one object,
which the ``.json`` beside it names, in one tomogram, the run of its folder
(``RUN/Reconstructions/VoxelSpacing12.300/Annotations``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.io.json_locations import locations
from cryoal.io.json_text import member_edit, parse_json, value_start
from cryoal.io.kept_lines import keep_lines
from cryoal.io.pick_checks import checked, numbered_ids
from cryoal.io.picks import Frame, Picks
from cryoal.io.rotation_matrices import to_rotations
from cryoal.io.text_edits import edited
from cryoal.io.text_file import BOM, read_text

CLASS, PROBABILITY = "class", "probability"

_MATRIX = "xyz_rotation_matrix"
_SPACING = "VoxelSpacing"
_RECONSTRUCTIONS = "Reconstructions"


def read_portal_points(path: Path) -> Picks:
    """The points of one file, in its order.

    The label is the point's own ``class`` where there is one, as :func:`write_portal_classes`
    writes it, and otherwise the object that the metadata names. Without the portal's folders the
    tomogram has the file's own name. Rotations are there if every point has one.
    A tomogram's only MRC of that voxel spacing is its volume.

    Raises:
        CryoalError: unreadable, a line that is no point of finite coordinates, a matrix that is
            no rotation, points listed twice.
    """
    points = _points(path)
    wheres = [point.where for point in points]
    run, voxel_size_A, volume = _place_in_the_portal(path)
    names = [run] * len(points)
    matrices = [point.value[_MATRIX] for point in points if _MATRIX in point.value]
    is_oriented = 0 < len(matrices) == len(points)
    named = _object_name(path)
    return checked(
        Picks(
            source=path,
            ids=numbered_ids(names),
            wheres=wheres,
            tomograms=names,
            positions=locations([point.value for point in points], wheres),
            frame=Frame.VOXELS,
            rotations=to_rotations(matrices, wheres) if is_oriented else None,
            labels=[str(point.value.get(CLASS, named)) for point in points],
            voxel_size_A=None if voxel_size_A is None else np.full(len(points), voxel_size_A),
            files={} if volume is None else {run: volume},
        )
    )


def write_portal_classes(
    source: Path, out: Path, names: Sequence[str], probabilities: Sequence[str]
) -> None:
    """Write a copy whose points have a ``class`` and a ``probability``.

    Everything else stays as it is, byte for byte.

    Args:
        source: as :func:`read_portal_points`.
        out: where the copy goes.
        names: class of each point.
        probabilities: of that class, as the text of a number.

    Raises:
        CryoalError: as :func:`read_portal_points`, or the copy cannot be written.
    """
    points = _points(source)
    if len(points) != len(names):
        raise CryoalError(
            f"{source}: has {len(points)} points, {len(names)} classes were made; use the file "
            "that was predicted"
        )
    lines = read_text(source).split("\n")
    for point, name, probability in zip(points, names, probabilities, strict=True):
        for key, value in ((CLASS, json.dumps(name)), (PROBABILITY, probability)):
            line = lines[point.at]
            lines[point.at] = edited(line, [member_edit(line, value_start(line), key, value)])
    with written_atomically(out) as temporary:
        temporary.write_bytes("\n".join(lines).encode())


def keep_portal_points(source: Path, out: Path, keep: Sequence[bool]) -> None:
    """Write a copy with only those points that are kept; all else stays, byte for byte.

    Raises:
        CryoalError: as :func:`read_portal_points`, or another number of points.
    """
    keep_lines(source, out, [point.at for point in _points(source)], keep)


@dataclass(frozen=True)
class _Point:
    """A line that holds an object, counted from 0."""

    at: int
    where: str
    value: dict[str, Any]


def _points(path: Path) -> list[_Point]:
    points = []
    for at, line in enumerate(read_text(path).split("\n")):
        if not line.removeprefix(BOM).strip():
            continue
        where = f"{path}, line {at + 1}"
        value = parse_json(line, where)
        if not isinstance(value, dict):
            raise CryoalError(f"{where}: is no JSON object; is it a file of points?")
        points.append(_Point(at, where, value))
    return points


def _place_in_the_portal(path: Path) -> tuple[str, float | None, Path | None]:
    """Run, voxel size and the only volume of that size, by the folders that the file is in."""
    folders = list(path.resolve().parents)
    for folder, above in pairwise(folders):
        if folder.name.startswith(_SPACING) and above.name == _RECONSTRUCTIONS:
            try:
                size = float(folder.name.removeprefix(_SPACING))
            except ValueError:
                break
            volumes = list((folder / "Tomograms").glob("**/*.mrc"))
            return (
                above.parent.name,
                size if math.isfinite(size) and size > 0 else None,
                volumes[0] if len(volumes) == 1 else None,
            )
    return path.stem, None, None


def _object_name(path: Path) -> str:
    """What the metadata beside the file say that the points are, or nothing."""
    for file in sorted(path.parent.glob("*.json"), key=lambda file: -len(file.stem)):
        if path.stem.startswith(file.stem):
            metadata = parse_json(read_text(file), file)
            about = metadata.get("annotation_object") if isinstance(metadata, dict) else None
            return str(about.get("name", "")) if isinstance(about, dict) else ""
    return ""
