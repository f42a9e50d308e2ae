"""EMAN2: ``info/NAME_info.json``, the boxes of one tomogram in ``boxes_3d``.

A box is ``[x, y, z, method, score, class]``, of which the last three may be missing. Where the
file has ``apix_unbin``, the voxel is ``box * apix_unbin / apix + size // 2``; older files count
voxels of the tomogram. ``class_list`` names the classes, and a class that it lacks is
``particles_NN`` (EMAN2 ``e2spt_boxer.py``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cryoal.errors import CryoalError
from cryoal.io.json_text import elements, member_edit, members, parse_json, value_start
from cryoal.io.kept_lines import refuse_another_number
from cryoal.io.pick_checks import checked, numbered_ids
from cryoal.io.picks import Frame, Picks
from cryoal.io.text_edits import Span, write_edited
from cryoal.io.text_file import read_text

SUFFIX = "_info.json"

_BOXES, _CLASSES, _UNBINNED = "boxes_3d", "class_list", "apix_unbin"
_CLASS = 5
# What EMAN2 takes for what a box does not say: method, score, class.
_MISSING = ('"manual"', "0.0", "0")
_BOX_PX = 64


def read_eman2_info(path: Path) -> Picks:
    """The boxes of one tomogram, which has the file's own name without ``_info.json``.

    Raises:
        CryoalError: unreadable, no JSON object, boxes that are not three finite numbers and a
            whole class, a pixel that is no size, boxes listed twice.
    """
    info = _info(path, read_text(path))
    boxes = info.get(_BOXES, [])
    wheres = [f"{path}, box {at}" for at in range(1, len(boxes) + 1)]
    classes = _classes(boxes, wheres)
    unbinned_A = _unbinned_A(path, info)
    names = [path.name.removesuffix(SUFFIX).removesuffix(".json")] * len(boxes)
    known = _class_names(path, info, classes)
    return checked(
        Picks(
            source=path,
            ids=numbered_ids(names),
            wheres=wheres,
            tomograms=names,
            positions=np.array([box[:3] for box in boxes], np.float64).reshape(-1, 3),
            frame=Frame.VOXELS if unbinned_A is None else Frame.CENTRED_UNBINNED_PX,
            labels=[known[number] for number in classes],
            unbinned_A=None if unbinned_A is None else np.full(len(boxes), unbinned_A),
        )
    )


def write_eman2_classes(source: Path, out: Path, names: Sequence[str]) -> None:
    """Write a copy of the file with another class of each box; new classes join ``class_list``.

    Everything else stays as it is, byte for byte.

    Args:
        source: as :func:`read_eman2_info`.
        out: where the copy goes.
        names: class of each box; empty to leave a box as it is.

    Raises:
        CryoalError: as :func:`read_eman2_info`, or the copy cannot be written.
    """
    text = read_text(source)
    info = _info(source, text)
    root = value_start(text)
    places = members(text, root)
    boxes = elements(text, places[_BOXES][0]) if _BOXES in places else []
    if len(boxes) != len(names):
        raise CryoalError(
            f"{source}: has {len(boxes)} boxes, {len(names)} classes were made; use the file that "
            "was predicted"
        )
    known = _class_names(source, info, _classes(info.get(_BOXES, []), [str(source)] * len(boxes)))
    numbers = {name: number for number, name in sorted(known.items(), reverse=True)}
    new = sorted(set(names) - {"", *numbers})
    numbers |= {name: max(known, default=-1) + at for at, name in enumerate(new, start=1)}
    edits = [
        _box_edit(text, box, numbers[name]) for box, name in zip(boxes, names, strict=True) if name
    ]
    edits += _list_edits(text, root, places, info, {name: numbers[name] for name in new})
    write_edited(out, text, edits)


def keep_eman2_boxes(source: Path, out: Path, keep: Sequence[bool]) -> None:
    """Write a copy with only those boxes that are kept; all else stays, byte for byte.

    Raises:
        CryoalError: as :func:`read_eman2_info`, or another number of boxes.
    """
    text = read_text(source)
    _info(source, text)
    places = members(text, value_start(text))
    boxes = elements(text, places[_BOXES][0]) if _BOXES in places else []
    refuse_another_number(source, len(boxes), len(keep))
    write_edited(out, text, _dropped(boxes, keep))


def _dropped(boxes: Sequence[Span], keep: Sequence[bool]) -> Iterator[tuple[Span, str]]:
    """Each box that is not kept, with the comma that parts it from the kept one before or after."""
    has_kept = False
    for at, (box, is_kept) in enumerate(zip(boxes, keep, strict=True)):
        if is_kept:
            has_kept = True
        elif has_kept:
            yield (boxes[at - 1][1], box[1]), ""
        else:
            yield (box[0], boxes[at + 1][0] if at + 1 < len(boxes) else box[1]), ""


def _info(path: Path, text: str) -> dict[str, Any]:
    info = parse_json(text, path)
    if not isinstance(info, dict) or not isinstance(info.get(_BOXES, []), list):
        raise CryoalError(f"{path}: is no object with a list of {_BOXES}; give an info file")
    return info


def _classes(boxes: Sequence[Any], wheres: Sequence[str]) -> list[int]:
    return [_checked_class(box, where) for box, where in zip(boxes, wheres, strict=True)]


def _checked_class(box: Any, where: str) -> int:
    """The class of a box whose place is found to be one."""
    is_place = isinstance(box, list) and len(box) >= 3 and all(_is_number(x) for x in box[:3])
    number = box[_CLASS] if is_place and len(box) > _CLASS else 0
    if not is_place or not _is_number(number) or number != int(number) or number < 0:
        raise CryoalError(
            f"{where}: is {json.dumps(box)[:60]}, not [x, y, z, method, score, class]; correct it"
        )
    return int(number)


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) < 2**53 and math.isfinite(value)


def _unbinned_A(path: Path, info: Mapping[str, Any]) -> float | None:
    if _UNBINNED not in info:
        return None
    try:
        size = float(info[_UNBINNED])
    except (TypeError, ValueError):
        size = math.nan
    if not (math.isfinite(size) and size > 0):
        raise CryoalError(f"{path}: {_UNBINNED} is {info[_UNBINNED]!r}, no size in A; correct it")
    return size


def _class_names(path: Path, info: Mapping[str, Any], used: Sequence[int]) -> dict[int, str]:
    """Those listed, and those that boxes have without."""
    names = {number: f"particles_{number:02d}" for number in sorted(set(used))}
    try:
        listed = {int(number): str(one["name"]) for number, one in info.get(_CLASSES, {}).items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CryoalError(
            f"{path}: {_CLASSES} is not of numbers with a name each; correct it"
        ) from error
    return names | listed


def _box_edit(text: str, box: Span, number: int) -> tuple[Span, str]:
    values = elements(text, box[0])
    if len(values) > _CLASS:
        return values[_CLASS], str(number)
    added = [*_MISSING[len(values) - 3 : -1], str(number)]
    end = values[-1][1]
    return (end, end), "".join(f", {value}" for value in added)


def _list_edits(
    text: str,
    root: int,
    places: Mapping[str, Span],
    info: Mapping[str, Any],
    new: Mapping[str, int],
) -> Iterator[tuple[Span, str]]:
    """New classes, with the box of the first class that is there."""
    if not new:
        return
    first: Mapping[str, Any] = next(iter(info.get(_CLASSES, {}).values()), {})
    box_px = first.get("boxsize", _BOX_PX)
    entries = {
        str(number): json.dumps({"boxsize": box_px, "name": name}) for name, number in new.items()
    }
    if _CLASSES not in places:
        listed = ", ".join(f'"{number}": {entry}' for number, entry in entries.items())
        yield member_edit(text, root, _CLASSES, f"{{{listed}}}")
        return
    at = places[_CLASSES][0]
    is_empty = not members(text, at)
    for place, (number, entry) in enumerate(entries.items()):
        span, word = member_edit(text, at, number, entry)
        yield span, f", {word}" if is_empty and place else word
