"""Tomograms in EM files, the format of TOM, AV3, Artiatomi and Dynamo.

The header is read by emfile (https://github.com/brisvag/emfile), which follows TOM's
``tom_emread.m``; it has no agreed place for the voxel size.
"""

from __future__ import annotations

import hashlib
import math
import struct
from pathlib import Path

import emfile
import numpy as np
import numpy.typing as npt
from emfile.specs import dtype_spec

from cryoal.errors import CryoalError
from cryoal.io.mapped_array import MappedArray
from cryoal.io.tomogram import Place, Tomogram

_HEADER_BYTES = 512
_HEAD_BYTES = 4096
_REAL = frozenset("bhifd")


class EmTomogram(Tomogram):
    """A volume whose parts are read from a memory map; the voxel size is not in the file.

    Raises:
        CryoalError: no EM file, voxels that are no real numbers, or fewer bytes than the header
            promises.
    """

    voxel_size_A = None

    def __init__(self, path: Path) -> None:
        try:
            header, _ = emfile.read(path, header_only=True)
            with path.open("rb") as file:
                head = file.read(_HEAD_BYTES)
            size = path.stat().st_size
        except struct.error as error:
            raise CryoalError(f"{path}: is not an EM file (too short); restore it") from error
        except OSError as error:
            raise CryoalError(f"{path}: cannot be read ({error.strerror or error})") from error
        code = dtype_spec.get(header["dtype"], "")
        shape = header["zdim"], header["ydim"], header["xdim"]
        if code not in _REAL or min(shape) < 1:
            raise CryoalError(
                f"{path}: is not an EM file of little-endian real numbers (type {header['dtype']}, "
                f"{shape[2]} x {shape[1]} x {shape[0]} voxels); convert it to MRC"
            )
        dtype = np.dtype("<" + ("i1" if code == "b" else code))
        expected = _HEADER_BYTES + math.prod(shape) * dtype.itemsize
        if size < expected:
            raise CryoalError(
                f"{path}: truncated, the header promises {expected} bytes and the file has {size}; "
                "copy it again"
            )
        self.path = path
        self.shape = shape
        self.digest = hashlib.blake2b(b"%d:" % size + head, digest_size=16).digest()
        self._array = MappedArray(path, _HEADER_BYTES, dtype, shape)

    def read(self, low: Place, high: Place) -> npt.NDArray[np.float32]:
        return np.array(self._array.part(low, high), np.float32, order="C")

    def release(self) -> None:
        self._array.release()

    def close(self) -> None:
        self._array.close()
