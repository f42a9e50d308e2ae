"""DeepFinder's object lists: ``<object tomo_idx class_label x y z phi psi the/>`` in an XML.

Places are voxels from 0; ``tomo_idx`` and the angles may be missing. DeepFinder passes angles on
in TOM's convention, ``R = Rz(psi) Rx(the) Rz(phi)`` (DeepFinder ``objl.py``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

import numpy as np
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.io.class_legend import class_names
from cryoal.io.kept_lines import refuse_another_number
from cryoal.io.number_text import to_integers, to_numbers
from cryoal.io.pick_checks import checked, numbered_ids
from cryoal.io.picks import Frame, Picks
from cryoal.io.text_edits import Span, write_edited
from cryoal.io.text_file import read_text

_LABEL, _TOMOGRAM = "class_label", "tomo_idx"
_PLACE, _ANGLES = ("x", "y", "z"), ("psi", "the", "phi")
_ATTRIBUTE = re.compile(r"""\s+([^\s=<>"'/]+)\s*=\s*("[^"]*"|'[^']*')""")

_ONE_TAG = re.compile(r"\s*/>")


def read_deepfinder_xml(path: Path) -> Picks:
    """The objects of a list, in its order.

    Tomograms are named by ``tomo_idx``, or by the file where objects have none. Labels are the
    class numbers, named by ``NAME.classes.csv`` beside the list if that is there; 0 is no label.
    Rotations are there if every object has its three angles.

    Raises:
        CryoalError: unreadable, no well-formed XML, a document type (whose entities could grow
            without end), an object without place or class, values that are no numbers, objects
            listed twice.
    """
    objects = _objects(path, read_text(path))
    wheres = [one.where for one in objects]
    columns = [to_numbers(_column(objects, name), wheres, name) for name in _PLACE]
    names = [one.values.get(_TOMOGRAM, path.stem) for one in objects]
    classes = to_integers(_column(objects, _LABEL), wheres, _LABEL)
    is_oriented = bool(objects) and all(set(_ANGLES) <= one.values.keys() for one in objects)
    return checked(
        Picks(
            source=path,
            ids=numbered_ids(names),
            wheres=wheres,
            tomograms=names,
            positions=np.stack(columns, axis=1),
            frame=Frame.VOXELS,
            rotations=_rotations(objects, wheres) if is_oriented else None,
            labels=class_names(path, classes, wheres),
        )
    )


def write_deepfinder_classes(source: Path, out: Path, numbers: Sequence[int]) -> None:
    """Write a copy with another ``class_label`` of each object; all else stays, byte for byte.

    Args:
        source: as :func:`read_deepfinder_xml`.
        out: where the copy goes.
        numbers: class of each object.

    Raises:
        CryoalError: as :func:`read_deepfinder_xml`, or the copy cannot be written.
    """
    text = read_text(source)
    objects = _objects(source, text)
    if len(objects) != len(numbers):
        raise CryoalError(
            f"{source}: has {len(objects)} objects, {len(numbers)} classes were made; use the list "
            "that was predicted"
        )
    edits = [
        (one.label, quoteattr(str(number))) for one, number in zip(objects, numbers, strict=True)
    ]
    write_edited(out, text, edits)


def keep_deepfinder_objects(source: Path, out: Path, keep: Sequence[bool]) -> None:
    """Write a copy with only those objects that are kept; all else stays, byte for byte.

    Raises:
        CryoalError: as :func:`read_deepfinder_xml`, or another number of objects.
    """
    text = read_text(source)
    objects = _objects(source, text)
    refuse_another_number(source, len(objects), len(keep))
    edits = [(one.whole, "") for one, is_kept in zip(objects, keep, strict=True) if not is_kept]
    write_edited(out, text, edits)


@dataclass(frozen=True)
class _Object:
    """An object.

    Attributes:
        where: file and line.
        values: its attributes.
        label: where the value of its class is, quotes included.
        whole: where all of it is.
    """

    where: str
    values: dict[str, str]
    label: Span
    whole: Span


def _objects(path: Path, text: str) -> list[_Object]:
    starts: list[tuple[int, int, dict[str, str]]] = []
    ends: list[int] = []
    parser = expat.ParserCreate("utf-8")

    def start(name: str, values: dict[str, str]) -> None:
        if name == "object":
            if len(starts) > len(ends):
                raise CryoalError(
                    f"{path}, line {parser.CurrentLineNumber}: an object in an object; part them"
                )
            starts.append((parser.CurrentByteIndex, parser.CurrentLineNumber, values))

    def end(name: str) -> None:
        if name == "object":
            ends.append(parser.CurrentByteIndex)

    def refuse(*_: object) -> NoReturn:
        raise CryoalError(
            f"{path}, line {parser.CurrentLineNumber}: has a document type, which no list of "
            "objects needs; remove it"
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    content = text.encode()
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise CryoalError(f"{path}: is no XML ({error}); copy it again") from error
    firsts = _characters(content, [byte for byte, _, _ in starts])
    lasts = _characters(content, ends)
    return [
        _object(f"{path}, line {line}", text, (first, last), values)
        for first, last, (_, line, values) in zip(firsts, lasts, starts, strict=True)
    ]


def _characters(content: bytes, places: Sequence[int]) -> list[int]:
    """Which character each byte begins; the places ascend."""
    found = []
    last = count = 0
    for place in places:
        count += len(content[last:place].decode())
        found.append(count)
        last = place
    return found


def _object(where: str, text: str, tags: Span, values: dict[str, str]) -> _Object:
    """From the places of its first and its last tag."""
    missing = [name for name in (*_PLACE, _LABEL) if name not in values]
    if missing:
        raise CryoalError(f"{where}: an object without {', '.join(missing)}; add it")
    at = tags[0] + len("<object")
    label = (at, at)
    while (found := _ATTRIBUTE.match(text, at)) is not None:
        if found[1] == _LABEL:
            label = found.span(2)
        at = found.end()
    is_one_tag = _ONE_TAG.match(text, at)
    end = is_one_tag.end() if is_one_tag else text.index(">", tags[1]) + 1
    return _Object(where, values, label, (tags[0], end))


def _column(objects: Sequence[_Object], name: str) -> list[str]:
    return [one.values[name] for one in objects]


def _rotations(objects: Sequence[_Object], wheres: Sequence[str]) -> Rotation:
    angles = [to_numbers(_column(objects, name), wheres, name) for name in _ANGLES]
    return Rotation.from_euler("ZXZ", np.stack(angles, axis=1), degrees=True)
