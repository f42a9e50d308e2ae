"""Items in one packed HDF5 file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import torch

from cryoal.errors import CryoalError
from cryoal.io.hdf5 import open_packed, read_tables, volumes_of
from cryoal.pools.pool import Contrast
from cryoal.pools.subtomograms import (
    SubtomogramPool,
    check_items,
    fingerprint_of,
    label_fingerprint_of,
)

_SAMPLES = 16


class PackedPool(SubtomogramPool):
    """A file of ``cryoal pack``. Neighbouring items are read in one go.

    The fingerprint covers the ids in their order, the digest of all voxels that was stored when
    they were packed, and the present voxels of up to 16 items spread over the file.

    Attributes:
        source_fingerprint: of the pool that was packed.

    Raises:
        CryoalError: as :mod:`cryoal.io.hdf5`, or ``contrast`` is not what the file states.
    """

    kind = "packed HDF5"

    def __init__(self, source: Path, voxel_size_A: float | None, contrast: Contrast | None) -> None:
        self.source = source
        self.warnings = []
        self._file: h5py.File | None = None
        self._volumes: h5py.Dataset | None = None
        with open_packed(source) as file:
            tables = read_tables(source, file)
        if contrast is not None and contrast != tables.contrast:
            raise CryoalError(
                f"{source}: was packed as {tables.contrast} protein, not {contrast}; "
                "leave the option out or pack again"
            )
        self.contrast = tables.contrast
        self.ids = tables.ids
        self.labels = tables.labels
        self.classes = tables.classes
        self.groups = None if tables.groups is None else np.array(tables.groups, np.str_)
        self.item_shape = (1, *tables.shape[1:])
        self.source_fingerprint = tables.source_fingerprint
        self._set_voxel_size(tables.voxel_size_A, voxel_size_A)
        self.label_fingerprint = label_fingerprint_of(self.labels, self.classes)
        spread = np.unique(np.linspace(0, len(self) - 1, _SAMPLES).astype(np.int64))
        voxels = [self._stored(spread[at : at + 1]).tobytes() for at in range(len(spread))]
        self.fingerprint = fingerprint_of([*self.ids, tables.voxel_digest, *voxels])

    def read(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> torch.Tensor:
        positions = self._positions(indices)
        # torch widens float16 several times faster than HDF5 or numpy do.
        items = torch.from_numpy(self._stored(positions)).float()
        check_items(items.numpy(), [f"{self.source}, {self.ids[at]}" for at in positions.tolist()])
        return items.unsqueeze(1)

    def _stored(self, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.floating]:
        """Items (B, n, n, n) in their stored type."""
        volumes = self._open()
        batch = np.empty((len(positions), *self.item_shape[1:]), volumes.dtype)
        try:
            for first, last, row in _runs(positions):
                volumes.read_direct(batch, np.s_[first:last], np.s_[row : row + last - first])
        except OSError as error:
            raise CryoalError(f"{self.source}: cannot be read ({error}); copy it again") from error
        return batch

    def _open(self) -> h5py.Dataset:
        if self._volumes is None:
            self._file = open_packed(self.source)
            self._volumes = volumes_of(self.source, self._file)
        return self._volumes

    def __getstate__(self) -> dict[str, Any]:
        """An open HDF5 file does not travel to another process; it is opened there again."""
        return {**self.__dict__, "_file": None, "_volumes": None}


def _runs(positions: npt.NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Stretches of neighbouring items as (first, last + 1, row of the first in the batch)."""
    if not positions.size:
        return []
    starts = np.flatnonzero(np.diff(positions, prepend=positions[0] - 2) != 1)
    lengths = np.diff(starts, append=len(positions))
    return [
        (int(positions[start]), int(positions[start] + length), int(start))
        for start, length in zip(starts, lengths, strict=True)
    ]
