"""Tomograms in MRC files, plain or gzip."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.io.mapped_array import MappedArray
from cryoal.io.mrc import read_header
from cryoal.io.tomogram import Place, Tomogram


class MrcTomogram(Tomogram):
    """A volume whose parts are read from a memory map.

    Raises:
        CryoalError: as :func:`cryoal.io.mrc.read_header`, or the file is a stack of volumes.
    """

    def __init__(self, path: Path) -> None:
        header = read_header(path)
        if header.volumes > 1:
            raise CryoalError(
                f"{path}: is a stack of {header.volumes} volumes, not a tomogram; name another file"
            )
        self.path = path
        self.shape = header.shape
        self.voxel_size_A = header.voxel_size_A
        self.digest = header.digest
        self._axes = header.axes
        self._array = MappedArray(path, header.offset, header.dtype, header.stored_shape)

    def read(self, low: Place, high: Place) -> npt.NDArray[np.float32]:
        part = self._array.part(self._stored(low), self._stored(high))
        return np.array(part.transpose(self._axes), np.float32, order="C")

    def release(self) -> None:
        self._array.release()

    def close(self) -> None:
        self._array.close()

    def _stored(self, place: Place) -> Place:
        """(z, y, x) in the order of the stored axes."""
        stored = [0, 0, 0]
        for axis, count in zip(self._axes, place, strict=True):
            stored[axis] = count
        return stored[0], stored[1], stored[2]
