"""A 3D array in a file, mapped to memory, of which only so much is resident at a time."""

from __future__ import annotations

import gzip
import math
import mmap
import shutil
import tempfile
import zlib
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError

RESIDENT_BYTES = 256 * 2**20
# Linux maps up to so much around a voxel that is touched.
_BLOCK_BYTES = 2**16
_COPY_BYTES = 2**20

Place = tuple[int, int, int]


class MappedArray:
    """Parts of an uncompressed array; one in a gzip file is unpacked to a temporary file first.

    Pages that a read touches stay mapped until they add up to ``RESIDENT_BYTES``, then all are
    let go: they remain in the system's cache, which other programs can have, but not in the
    memory of this one. Travels to other processes, which map the file again.

    Args:
        path: of the file; ``.gz`` is unpacked where the system keeps temporary files when the
            first voxel is read, and is gone with this object.
        offset: bytes before the array, uncompressed.
        dtype: byte order included.
        shape: (sections, rows, columns) as stored, columns next to each other.
    """

    def __init__(self, path: Path, offset: int, dtype: np.dtype[Any], shape: Place) -> None:
        self.path = path
        self._offset = offset
        self._dtype = dtype
        self._shape = shape
        self._map: mmap.mmap | None = None
        self._array: npt.NDArray[Any] | None = None
        section_bytes = shape[1] * shape[2] * dtype.itemsize
        self._touched = np.zeros((shape[0], section_bytes // _BLOCK_BYTES + 2), np.bool_)
        self._resident = 0

    def part(self, low: Place, high: Place) -> npt.NDArray[Any]:
        """Read-only view of the stored array from ``low`` to before ``high``; copy it at once.

        Raises:
            CryoalError: the file cannot be opened, unpacked or is shorter than it was.
        """
        if self._array is None:
            self._array = self._opened()
        self._touch(low, high)
        return self._array[low[0] : high[0], low[1] : high[1], low[2] : high[2]]

    def release(self) -> None:
        """Let go of all mapped pages."""
        if self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)
        self._touched[:] = False
        self._resident = 0

    def close(self) -> None:
        """Forget the file; what was unpacked is gone."""
        self.release()
        self._map = self._array = None

    def _touch(self, low: Place, high: Place) -> None:
        row_bytes = self._shape[2] * self._dtype.itemsize
        first, last = low[1] * row_bytes // _BLOCK_BYTES, high[1] * row_bytes // _BLOCK_BYTES + 2
        blocks = self._touched[low[0] : high[0], first:last]
        self._resident += (blocks.size - int(np.count_nonzero(blocks))) * _BLOCK_BYTES
        if self._resident > RESIDENT_BYTES:
            self.release()
            self._resident = blocks.size * _BLOCK_BYTES
        blocks[:] = True

    def _opened(self) -> npt.NDArray[Any]:
        end = self._offset + math.prod(self._shape) * self._dtype.itemsize
        try:
            if self.path.name.endswith(".gz"):
                with tempfile.TemporaryFile() as unpacked:
                    _unpack(self.path, cast(IO[bytes], unpacked), end)
                    self._map = mmap.mmap(unpacked.fileno(), end, access=mmap.ACCESS_READ)
            else:
                with self.path.open("rb") as file:
                    self._map = mmap.mmap(file.fileno(), end, access=mmap.ACCESS_READ)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise CryoalError(f"{self.path}: damaged gzip file ({error}); copy it again") from error
        except (OSError, ValueError) as error:
            raise CryoalError(f"{self.path}: cannot be read ({error})") from error
        flat = np.frombuffer(self._map, self._dtype, math.prod(self._shape), self._offset)
        return flat.reshape(self._shape)

    def __getstate__(self) -> dict[str, Any]:
        """A mapped file does not travel to another process; it is mapped there again."""
        state = {**self.__dict__, "_map": None, "_array": None, "_resident": 0}
        return {**state, "_touched": np.zeros_like(self._touched)}


def _unpack(path: Path, out: IO[bytes], size: int) -> None:
    """Write the first ``size`` uncompressed bytes.

    Raises:
        CryoalError: no room for them, or there are fewer.
    """
    folder = tempfile.gettempdir()
    if shutil.disk_usage(folder).free < size:
        raise CryoalError(
            f"{path}: unpacked it takes {size / 1e9:.1f} GB, more than {folder} has free; "
            "unpack it yourself, or set TMPDIR to a folder with room"
        )
    left = size
    with gzip.open(path, "rb") as packed:
        while left:
            chunk = packed.read(min(left, _COPY_BYTES))
            if not chunk:
                raise CryoalError(f"{path}: ends before its last voxel; copy it again")
            out.write(chunk)
            left -= len(chunk)
    out.flush()
