"""Picks of several files as those of one list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.io.pick_checks import checked
from cryoal.io.picks import Numbers, Picks

Value = TypeVar("Value")


def joined_picks(source: Path, parts: Sequence[Picks]) -> Picks:
    """All particles of the parts, in their order.

    Where ids of two parts meet they become the file's path within ``source`` and a number.
    Rotations, pixels and voxel sizes are there if every part that holds particles has them.

    Args:
        source: the folder of all the parts' sources.
        parts: at least one.

    Raises:
        CryoalError: coordinates of several kinds, one tomogram's volume or size stated in two
            ways, or particles listed twice.
    """
    filled = [part for part in parts if len(part)] or list(parts[:1])
    frame = filled[0].frame
    for part in filled:
        if part.frame is not frame:
            raise CryoalError(
                f"{part.source}: coordinates are {part.frame.value}, those of {filled[0].source} "
                f"{frame.value}; give them apart"
            )
    rotations = [part.rotations for part in filled]
    oriented = [one for one in rotations if one is not None]
    return checked(
        Picks(
            source=source,
            ids=_ids(source, filled),
            wheres=[where for part in filled for where in part.wheres],
            tomograms=[name for part in filled for name in part.tomograms],
            positions=np.concatenate([part.positions for part in filled]),
            frame=frame,
            shifts_A=_shifts(filled),
            rotations=Rotation.concatenate(oriented) if len(oriented) == len(filled) else None,
            labels=_labels(filled),
            unbinned_A=_all([part.unbinned_A for part in filled]),
            voxel_size_A=_all([part.voxel_size_A for part in filled]),
            files=_merged((part.source, part.files) for part in filled),
            unbinned_sizes_px=_merged((part.source, part.unbinned_sizes_px) for part in filled),
        )
    )


def _ids(source: Path, parts: Sequence[Picks]) -> list[str]:
    ids = [one for part in parts for one in part.ids]
    if len(set(ids)) == len(ids):
        return ids
    return [
        f"{part.source.relative_to(source).with_suffix('').as_posix()}/{at}"
        for part in parts
        for at in range(1, len(part) + 1)
    ]


def _shifts(parts: Sequence[Picks]) -> Numbers | None:
    if all(part.shifts_A is None for part in parts):
        return None
    return np.concatenate(
        [np.zeros((len(p), 3)) if p.shifts_A is None else p.shifts_A for p in parts]
    )


def _labels(parts: Sequence[Picks]) -> list[str]:
    if not any(part.labels for part in parts):
        return []
    return [label for part in parts for label in (part.labels or [""] * len(part))]


def _all(values: Sequence[Numbers | None]) -> Numbers | None:
    known = [value for value in values if value is not None]
    return np.concatenate(known) if len(known) == len(values) else None


def _merged(stated: Iterable[tuple[Path, Mapping[str, Value]]]) -> dict[str, Value]:
    merged: dict[str, Value] = {}
    for source, values in stated:
        for name, value in values.items():
            if merged.setdefault(name, value) != value:
                raise CryoalError(
                    f"{source}: tomogram '{name}' is {value}, and {merged[name]} before; rename one"
                )
    return merged
