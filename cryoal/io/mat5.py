"""MATLAB files of version 5: arrays of numbers, and tables as struct arrays.

scipy reads such files too, but dies (not with an exception: the whole process) of a type number
that is damaged, or of nested variables as deep as a hostile file likes. This reader goes one level
deep and believes no number that it has not checked.

The format is described in "MAT-File Format" (The MathWorks), chapter 1.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError

Value = str | float | None

_HEADER = 128
_VERSION_5, _VERSION_7_3 = b"\x00\x01IM", b"\x00\x02IM"
_LARGEST = 2**29
_MATRIX, _COMPRESSED = 14, 15
_STRUCT, _CHAR = 2, 4
_NUMBERS = {
    1: "<i1",
    2: "<u1",
    3: "<i2",
    4: "<u2",
    5: "<i4",
    6: "<u4",
    7: "<f4",
    9: "<f8",
    12: "<i8",
    13: "<u8",
}
_TEXTS = {1: "latin-1", 2: "latin-1", 4: "utf-16-le", 16: "utf-8", 17: "utf-16-le"}
_DAMAGE = (ValueError, IndexError, KeyError, struct.error, zlib.error)

_Element = tuple[int, memoryview]


@dataclass(frozen=True)
class MatVariable:
    """A variable of a file, not yet taken apart.

    Attributes:
        path: of the file, for errors.
        kind: number of its class in MATLAB.
        shape: as MATLAB has it.
        parts: what follows: (type, contents) of each element.
    """

    path: Path
    kind: int
    shape: tuple[int, ...]
    parts: list[_Element]

    def numbers(self) -> npt.NDArray[Any]:
        """Real numbers, in the type that they are stored in.

        Raises:
            CryoalError: not real numbers, or damaged.
        """
        try:
            ((kind, data),) = self.parts
            values = np.frombuffer(data, _NUMBERS[kind])
            if self.kind in (_STRUCT, _CHAR) or math.prod(self.shape) != len(values):
                raise ValueError("no numbers, or not as many as the shape says")
            return values.reshape(self.shape, order="F")
        except _DAMAGE as error:
            raise CryoalError(
                f"{self.path}: is damaged, or has no real numbers where it should; download it "
                "again"
            ) from error

    def rows(self) -> list[dict[str, Value]]:
        """Rows of a struct array: texts as str, single numbers as float, anything else None.

        Raises:
            CryoalError: no struct array, or damaged.
        """
        try:
            if self.kind != _STRUCT:
                raise ValueError("no struct array")
            (_, width), (_, joined), *cells = self.parts
            (length,) = struct.unpack("<i", width)
            names = [
                bytes(joined[at : at + length]).split(b"\0")[0].decode()
                for at in range(0, len(joined), length)
            ]
            values = [_value(payload) for _, payload in cells]
            starts = range(0, len(values), len(names))
            return [dict(zip(names, values[at : at + len(names)], strict=True)) for at in starts]
        except _DAMAGE as error:
            raise CryoalError(
                f"{self.path}: is damaged, or has no struct array where it should; download it "
                "again"
            ) from error


def read_mat5(path: Path, names: Collection[str]) -> dict[str, MatVariable]:
    """The variables of these names, as far as they are there.

    Raises:
        CryoalError: damaged, incomplete, larger than 512 MiB, of version 7.3, or no MATLAB file.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise CryoalError(f"{path}: is larger than 512 MiB; name the official file")
        raw = memoryview(path.read_bytes())
        _check_version(path, bytes(raw[124:_HEADER]))
        found = {}
        for kind, payload in _elements(raw[_HEADER:]):
            inner = _unpacked(payload) if kind == _COMPRESSED else (kind, payload)
            if inner[0] == _MATRIX:
                (_, flags), (_, sizes), (_, name), *parts = _elements(inner[1])
                shape = tuple(np.frombuffer(sizes, "<i4").tolist())
                found[bytes(name).decode()] = MatVariable(path, flags[0], shape, parts)
    except OSError as error:
        raise CryoalError(f"{path}: cannot be read ({error.strerror})") from error
    except _DAMAGE as error:
        raise CryoalError(f"{path}: is damaged or incomplete; download it again") from error
    return {name: variable for name, variable in found.items() if name in names}


def _check_version(path: Path, version: bytes) -> None:
    if version == _VERSION_7_3:
        raise CryoalError(
            f"{path}: is a MATLAB file of version 7.3, the official one is of version 5; download "
            "it again"
        )
    if version != _VERSION_5:
        raise CryoalError(f"{path}: is no MATLAB file of version 5; download it again")


def _elements(raw: memoryview) -> Iterator[_Element]:
    """(type, contents) of each element that follows another in ``raw``."""
    at = 0
    while at < len(raw):
        kind, size = struct.unpack_from("<II", raw, at)
        # A small element has its size in the upper half of its type, and its contents at once.
        small = kind >> 16
        start, size = (at + 4, small) if small else (at + 8, size)
        if start + size > len(raw):
            raise ValueError("an element goes beyond the end")
        kind &= 0xFFFF
        yield kind, raw[start : start + size]
        at = at + 8 if small else start + size + (-size % 8 if kind != _COMPRESSED else 0)


def _unpacked(payload: memoryview) -> _Element:
    raw = zlib.decompressobj().decompress(payload, _LARGEST)
    return next(_elements(memoryview(raw)), (0, payload[:0]))


def _value(matrix: memoryview) -> Value:
    """A text, or a number that stands alone."""
    (_, flags), _, _, *parts = _elements(matrix)
    if len(parts) != 1:
        return None
    ((kind, data),) = parts
    if flags[0] == _CHAR:
        return bytes(data).decode(_TEXTS[kind])
    if kind not in _NUMBERS:
        return None
    numbers = np.frombuffer(data, _NUMBERS[kind])
    return float(numbers[0]) if len(numbers) == 1 else None
