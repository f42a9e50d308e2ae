"""MRC2014 volumes: the header of a file, and its voxels as float32.

Format: Cheng et al., J. Struct. Biol. 192 (2015) 146, https://www.ccpem.ac.uk/mrc_format,
with the meaning that IMOD gives to bytes 152-159 (https://bio3d.colorado.edu/imod/doc/mrc_format.txt).
The header layout is mrcfile's; reading is done here because a pool looks at tens of thousands
of headers and must tell apart what mrcfile leaves to the caller (truncation, axis order,
unsigned bytes, unset voxel sizes).
"""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt
from mrcfile.dtypes import HEADER_DTYPE
from mrcfile.utils import spacegroup_is_volume_stack

from cryoal.errors import CryoalError

VOLUME_SUFFIXES = (".mrc", ".map", ".rec", ".mrc.gz", ".map.gz", ".rec.gz")
STACK_SUFFIXES = (".mrcs", ".mrcs.gz")

_HEADERS = {order: HEADER_DTYPE.newbyteorder(order) for order in "<>"}
_HEADER_BYTES = 1024
_HEAD_BYTES = 4096
_LARGEST_BYTES = 2**62
_SAMPLES = 256
_SAMPLE_BYTES = 256
_IMOD_STAMP = 1146047817
_IMOD_SIGNED_BYTES = 1
_STAMPS = {b"\x44\x44": "<", b"\x44\x41": "<", b"\x11\x11": ">"}
_DTYPES = {0: "i1", 1: "i2", 2: "f4", 6: "u2", 12: "f2"}
_REFUSED_MODES = {3: "complex int16", 4: "complex float32", 101: "packed 4-bit"}
_ANISOTROPY = 0.01


@dataclass(frozen=True)
class MrcHeader:
    """What is needed of an MRC header to read the voxels and to compare files.

    Attributes:
        volumes: number of volumes, 1 unless the file is a volume stack (ISPG 401-630).
        stored_shape: (sections, rows, columns) of one volume as stored.
        axes: transposition that takes the stored axes to zyx.
        dtype: of a stored voxel, byte order included.
        voxel_size_A: None where the file leaves it unset (0, or the 1.0 that many writers fill in).
        is_volume_stack: ISPG says that the file is a stack of volumes.
        offset: bytes before the first voxel.
        digest: of the file's size, its first 4 KiB (header and first voxels) and, in a stack,
            the first 256 bytes of up to 256 volumes.
    """

    volumes: int
    stored_shape: tuple[int, int, int]
    axes: tuple[int, int, int]
    dtype: np.dtype[np.generic]
    voxel_size_A: float | None
    is_volume_stack: bool
    offset: int
    digest: bytes

    @property
    def shape(self) -> tuple[int, int, int]:
        """(z, y, x) of one volume in voxels."""
        z, y, x = (self.stored_shape[axis] for axis in self.axes)
        return z, y, x

    @property
    def volume_bytes(self) -> int:
        return math.prod(self.stored_shape) * self.dtype.itemsize


def read_header(path: Path) -> MrcHeader:
    """The header of an MRC file (plain or gzip), checked against the size of the file.

    Raises:
        CryoalError: not an MRC file, a mode without real voxels, axes that are no permutation,
            anisotropic voxels, or fewer bytes than the header promises.
    """
    with _opened(path) as file:
        return _header(path, file)


def read_volume(path: Path, volume: int = 0) -> npt.NDArray[np.float32]:
    """One volume as a fresh writable float32 array (z, y, x); ``volume`` counts from 0.

    Raises:
        CryoalError: as :func:`read_header`, or the file holds no such volume.
    """
    with _opened(path) as file:
        header = _header(path, file)
        if not 0 <= volume < header.volumes:
            raise CryoalError(
                f"{path}: holds {header.volumes} volume(s), number {volume + 1} was asked for; "
                "correct the list that names it"
            )
        file.seek(header.offset + volume * header.volume_bytes)
        raw = file.read(header.volume_bytes)
    if len(raw) != header.volume_bytes:
        raise _truncated(path, header.offset + header.volumes * header.volume_bytes)
    stored = np.frombuffer(raw, header.dtype).reshape(header.stored_shape)
    return np.array(stored.transpose(header.axes), np.float32, order="C")


def is_volume_name(name: str) -> bool:
    """Whether a file name is that of an MRC map; ``.mrcs`` stacks are not."""
    return name.lower().endswith(VOLUME_SUFFIXES) and not name.startswith(".")


def is_stack_name(name: str) -> bool:
    """Whether a file name is that of an MRC stack, as RELION names them."""
    return name.lower().endswith(STACK_SUFFIXES) and not name.startswith(".")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The uncompressed bytes of a file; what goes wrong below becomes a CryoalError."""
    try:
        if not path.is_file():
            reason = "is not a file" if path.exists() else "is not there"
            raise CryoalError(f"{path}: {reason}; correct the path or restore the file")
        if path.name.endswith(".gz"):
            with gzip.open(path, "rb") as unpacked:
                yield cast(BinaryIO, unpacked)
        else:
            with path.open("rb", buffering=0) as raw:
                yield cast(BinaryIO, raw)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CryoalError(f"{path}: damaged gzip file ({error}); copy it again") from error
    except OSError as error:
        raise CryoalError(f"{path}: cannot be read ({error.strerror or error})") from error


def _header(path: Path, file: BinaryIO) -> MrcHeader:
    head = file.read(_HEAD_BYTES)
    if not head:
        raise CryoalError(f"{path}: is empty; restore the file or leave it out")
    if len(head) < _HEADER_BYTES or head[208:211] != b"MAP":
        raise CryoalError(f"{path}: is not an MRC file (no 'MAP' at byte 208); leave it out")
    order = _byte_order(path, head)
    fields = np.frombuffer(head, _HEADERS[order], 1)[0]
    columns, rows, sections, mode = (int(fields[name]) for name in ("nx", "ny", "nz", "mode"))
    if min(columns, rows, sections) < 1:
        raise CryoalError(f"{path}: header gives the size {columns} x {rows} x {sections}")
    if mode not in _DTYPES:
        kind = _REFUSED_MODES.get(mode, "unknown")
        raise CryoalError(
            f"{path}: MRC mode {mode} ({kind}) is not read; convert to mode 2 (float32)"
        )
    is_stack = bool(spacegroup_is_volume_stack(int(fields["ispg"])))
    volumes = 1
    if is_stack:
        per_volume = int(fields["mz"])
        if per_volume < 1 or sections % per_volume:
            raise CryoalError(
                f"{path}: volume stack of {sections} sections with {per_volume} a volume (mz)"
            )
        volumes, sections = sections // per_volume, per_volume
    dtype = np.dtype(order + _DTYPES[mode])
    if mode == 0 and _imod_unsigned(head, order):
        dtype = np.dtype("u1")
    offset = _HEADER_BYTES + int(fields["nsymbt"])
    size = path.stat().st_size
    volume_bytes = sections * rows * columns * dtype.itemsize
    expected = offset + volumes * volume_bytes
    if (
        offset < _HEADER_BYTES
        or expected > _LARGEST_BYTES
        or _missing_bytes(path, file, expected, size)
    ):
        raise _truncated(path, expected)
    digest = hashlib.blake2b(b"%d:" % size + head, digest_size=16)
    if volumes > 1 and not path.name.endswith(".gz"):
        for volume in np.linspace(0, volumes - 1, min(volumes, _SAMPLES), dtype=int).tolist():
            file.seek(offset + volume * volume_bytes)
            digest.update(file.read(_SAMPLE_BYTES))
    return MrcHeader(
        volumes=volumes,
        stored_shape=(sections, rows, columns),
        axes=_axes(path, fields),
        dtype=dtype,
        voxel_size_A=_voxel_size_A(path, fields),
        is_volume_stack=is_stack,
        offset=offset,
        digest=digest.digest(),
    )


def _truncated(path: Path, expected: int) -> CryoalError:
    return CryoalError(
        f"{path}: truncated, the header promises {expected} bytes and the file has fewer; "
        "copy it again"
    )


def _byte_order(path: Path, head: bytes) -> str:
    """From the machine stamp, or where that is non-standard from the one order that makes sense."""
    known = _STAMPS.get(head[212:214])
    if known is not None:
        return known
    modes = {*_DTYPES, *_REFUSED_MODES}
    plausible = []
    for order in "<>":
        nx, ny, nz, mode = np.frombuffer(head, f"{order}i4", 4)
        if min(nx, ny, nz) > 0 and max(nx, ny, nz) < 2**16 and mode in modes:
            plausible.append(order)
    if len(plausible) != 1:
        raise CryoalError(
            f"{path}: machine stamp {head[212:216].hex()} tells no byte order; "
            "rewrite the header (mrcfile or IMOD do)"
        )
    return plausible[0]


def _imod_unsigned(head: bytes, order: str) -> bool:
    """IMOD's stamp without its signed flag: mode 0 holds 0..255; MRC2014 itself says -128..127."""
    stamp, flags = np.frombuffer(head, f"{order}i4", 2, offset=152)
    return bool(stamp == _IMOD_STAMP and not flags & _IMOD_SIGNED_BYTES)


def _axes(path: Path, fields: np.void) -> tuple[int, int, int]:
    stored = [int(fields[name]) for name in ("maps", "mapr", "mapc")]
    if stored == [0, 0, 0]:
        # Left unset by old writers, which all meant x fastest.
        return (0, 1, 2)
    if sorted(stored) != [1, 2, 3]:
        raise CryoalError(
            f"{path}: axes mapc, mapr, maps = {', '.join(map(str, stored[::-1]))} are no "
            "permutation of 1, 2, 3; correct the header"
        )
    return stored.index(3), stored.index(2), stored.index(1)


def _voxel_size_A(path: Path, fields: np.void) -> float | None:
    cell = [float(fields["cella"][name]) for name in "xyz"]
    grid = [int(fields[name]) for name in ("mx", "my", "mz")]
    if min(grid) < 1 or not all(math.isfinite(length) and length > 0 for length in cell):
        return None
    sizes = [length / count for length, count in zip(cell, grid, strict=True)]
    mean = sum(sizes) / 3
    if max(sizes) - min(sizes) > _ANISOTROPY * mean:
        raise CryoalError(
            f"{path}: voxels of {sizes[0]:.4g} x {sizes[1]:.4g} x {sizes[2]:.4g} A are not cubes; "
            "resample, or correct the header"
        )
    if all(size == 1.0 for size in sizes):
        return None
    return mean


def _missing_bytes(path: Path, file: BinaryIO, expected: int, size: int) -> bool:
    """Whether the uncompressed file ends before ``expected`` bytes."""
    if not path.name.endswith(".gz"):
        return size < expected
    with path.open("rb") as packed:
        packed.seek(-4, os.SEEK_END)
        stated = int.from_bytes(packed.read(4), "little")
    if stated >= expected:
        return False
    # A file of several gzip members, or of 4 GiB, states less than it holds; then look.
    file.seek(expected - 1)
    return not file.read(1)
