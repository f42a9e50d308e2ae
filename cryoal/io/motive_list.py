"""Motive lists of TOM, AV3 and Artiatomi: an EM file of 20 numbers a particle.

From 1: 4 number of the subtomogram, 5 number of the tomogram, 8-10 place, 11-13 shift, 17-19 phi,
psi, theta, 20 class. Shifts are added to places, and MATLAB counts voxels from 1; lists made by
programs that count from 0 are read with ``first_voxel=0``. ``R = Rz(psi) Rx(theta) Rz(phi)`` turns
the reference into the particle (ArtiaX ``ArtiatomiParticleData.py``, cryoCAT ``cryomotl.py``).

emfile reads the header; numbers are changed in the bytes of the file, because what emfile writes
has lost the header's text.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import emfile
import numpy as np
import numpy.typing as npt
from emfile.specs import dtype_spec
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.io.class_legend import class_names
from cryoal.io.kept_lines import refuse_another_number
from cryoal.io.pick_checks import checked, unique_ids
from cryoal.io.picks import Frame, Picks

CLASS_ROW = 20

_ROWS = 20
_HEADER_BYTES = 512
# Where the header has the lengths in y and z.
_SECOND_EXTENT = 8
_REAL = {"f": "<f4", "d": "<f8"}
# Rows that are read here, from 0.
_SUBTOMOGRAM, _TOMOGRAM, _CLASS = 3, 4, 19
_PLACE, _SHIFT, _ANGLES = slice(7, 10), slice(10, 13), (17, 18, 16)
_USED = (3, 4, *range(7, 13), *range(16, 20))


def read_motive_list(path: Path, has_labels: bool = False, first_voxel: int = 1) -> Picks:
    """The particles of a motive list, in its order.

    Ids are the numbers of the subtomograms where these are all different; tomograms are named by
    their numbers.

    Args:
        path: the ``.em`` file.
        has_labels: the classes are labels. 0 is no label, other numbers are named by
            ``NAME.classes.csv`` beside the list if that is there.
        first_voxel: number of a tomogram's first voxel, 1 or 0.

    Raises:
        CryoalError: no little-endian EM file of 20 real numbers a particle, truncated, a number
            that is not finite, a class or tomogram that is not whole, particles listed twice.
    """
    values = _values(path, _read(path)).astype(np.float64)
    wheres = [f"{path}, particle {at}" for at in range(1, len(values) + 1)]
    _refuse_not_finite(values, wheres)
    tomograms = [str(n) for n in _whole(values, _TOMOGRAM, wheres)]
    classes = _whole(values, _CLASS, wheres) if has_labels else []
    return checked(
        Picks(
            source=path,
            ids=unique_ids([f"{number:g}" for number in values[:, _SUBTOMOGRAM]], tomograms),
            wheres=wheres,
            tomograms=tomograms,
            positions=values[:, _PLACE] + values[:, _SHIFT] - first_voxel,
            frame=Frame.VOXELS,
            rotations=Rotation.from_euler("ZXZ", values[:, _ANGLES], degrees=True),
            labels=class_names(path, classes, wheres[: len(classes)]),
        )
    )


def write_motive_classes(source: Path, out: Path, numbers: Sequence[int]) -> None:
    """Write a copy of a motive list with another class of each particle.

    Everything else, the header too, stays as it is, byte for byte.

    Args:
        source: as :func:`read_motive_list`.
        out: where the copy goes.
        numbers: class of each particle.

    Raises:
        CryoalError: as :func:`read_motive_list`, or the copy cannot be written.
    """
    copy = bytearray(_read(source))
    values = _values(source, copy)
    if len(numbers) != len(values):
        raise CryoalError(
            f"{source}: has {len(values)} particles, {len(numbers)} classes were made; use the "
            "list that was predicted"
        )
    values[:, _CLASS] = numbers
    with written_atomically(out) as temporary:
        temporary.write_bytes(copy)


def keep_motive_particles(source: Path, out: Path, keep: Sequence[bool]) -> None:
    """Write a copy with only those particles that are kept, and their number in the header.

    Raises:
        CryoalError: as :func:`read_motive_list`, or another number of particles.
    """
    content = _read(source)
    values = _values(source, content)
    refuse_another_number(source, len(values), len(keep))
    kept = values[np.array(keep, bool)]
    header = bytearray(content[:_HEADER_BYTES])
    flat = struct.unpack_from("<ii", header, _SECOND_EXTENT)
    lengths = (len(kept), 1) if flat[1] == 1 else (1, len(kept))
    struct.pack_into("<ii", header, _SECOND_EXTENT, *lengths)
    rest = content[_HEADER_BYTES + values.nbytes :]
    with written_atomically(out) as temporary:
        temporary.write_bytes(bytes(header) + kept.tobytes() + rest)


def is_motive_list(path: Path) -> bool:
    """Whether an EM file is flat and 20 numbers wide, as no tomogram is."""
    try:
        header, _ = emfile.read(path, header_only=True)
    except (OSError, struct.error):
        return False
    return bool(header["xdim"] == _ROWS and 1 in (header["ydim"], header["zdim"]))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CryoalError(f"{path}: cannot be read ({error.strerror})") from error


def _values(path: Path, content: bytes | bytearray) -> npt.NDArray[np.floating]:
    """(n, 20), in the memory of ``content``."""
    try:
        header, _ = emfile.read(path, header_only=True)
    except struct.error as error:
        raise CryoalError(f"{path}: is not an EM file (too short); restore it") from error
    shape = header["xdim"], header["ydim"], header["zdim"]
    dtype = _REAL.get(dtype_spec.get(header["dtype"], ""))
    if dtype is None or shape[0] != _ROWS or min(shape) < 0 or min(shape[1:]) > 1:
        raise CryoalError(
            f"{path}: is not a motive list (type {header['dtype']}, {shape[0]} x {shape[1]} x "
            f"{shape[2]}); little-endian real numbers, 20 a particle, are needed"
        )
    count = shape[1] * shape[2]
    expected = _HEADER_BYTES + count * _ROWS * np.dtype(dtype).itemsize
    if len(content) < expected:
        raise CryoalError(
            f"{path}: truncated, the header promises {expected} bytes and the file has "
            f"{len(content)}; copy it again"
        )
    return np.frombuffer(content, dtype, count * _ROWS, _HEADER_BYTES).reshape(count, _ROWS)


def _refuse_not_finite(values: npt.NDArray[np.float64], wheres: Sequence[str]) -> None:
    for row in _USED:
        wrong = np.flatnonzero(~np.isfinite(values[:, row]))
        if len(wrong):
            raise CryoalError(
                f"{wheres[wrong[0]]}: row {row + 1} is {values[wrong[0], row]}, not a finite "
                "number; correct it"
            )


def _whole(values: npt.NDArray[np.float64], row: int, wheres: Sequence[str]) -> list[int]:
    numbers = values[:, row]
    wrong = np.flatnonzero(numbers != np.rint(numbers))
    if len(wrong):
        raise CryoalError(
            f"{wheres[wrong[0]]}: row {row + 1} is {numbers[wrong[0]]:g}, not a whole number; "
            "correct it"
        )
    return [int(number) for number in numbers]
