"""A tomogram on disk, read box by box."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np
import numpy.typing as npt

Place = tuple[int, int, int]


class Tomogram(ABC):
    """One volume in a file; opening reads its header, voxels are read when asked for.

    Attributes:
        path: of the file, or of the folder of an OME-Zarr.
        shape: (z, y, x) in voxels.
        voxel_size_A: None where the file leaves it unset.
        digest: changes when the file is replaced by another.
    """

    path: Path
    shape: Place
    voxel_size_A: float | None
    digest: bytes

    @property
    def size_px(self) -> Place:
        """(x, y, z) in voxels, as lists of particles count."""
        z, y, x = self.shape
        return x, y, z

    @abstractmethod
    def read(self, low: Place, high: Place) -> npt.NDArray[np.float32]:
        """Voxels from ``low`` to before ``high``, both (z, y, x) inside; fresh, writable, C order.

        Raises:
            CryoalError: the voxels cannot be read.
        """

    @abstractmethod
    def release(self) -> None:
        """Give back the memory that reading took; the next read is only slower."""

    @abstractmethod
    def close(self) -> None:
        """Give back files and temporary files too; the next read opens them again."""
