"""Items in one packed HDF5 file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import torch
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.io.hdf5 import PackedOrigin, PackedPlaces, open_packed, read_tables, volumes_of
from cryoal.pools.list_origin import ListOrigin, options_from_json
from cryoal.pools.places import Places
from cryoal.pools.pool import Contrast
from cryoal.pools.subtomograms import (
    SubtomogramPool,
    check_items,
    fingerprint_of,
    label_fingerprint_of,
)

_SAMPLES = 16
_BLOCK_VOXELS = 2**19


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
        self.places = _places(tables.places)
        self.origin = _origin(source, tables.origin)
        self._set_voxel_size(tables.voxel_size_A, voxel_size_A)
        self.label_fingerprint = label_fingerprint_of(self.labels, self.classes)
        self.fingerprint = fingerprint_of([*self.ids, tables.voxel_digest, *self._samples()])

    def _samples(self) -> Iterator[bytes]:
        volumes = self._open()
        item = np.empty((1, *self.item_shape[1:]), volumes.dtype)
        for at in np.unique(np.linspace(0, len(self) - 1, _SAMPLES).astype(int)).tolist():
            self._read_into(item, volumes, at)
            yield item.tobytes()

    def read(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> torch.Tensor:
        positions = self._positions(indices)
        # numpy asks the system for huge pages, which makes fresh memory several times cheaper.
        items = torch.from_numpy(np.empty((len(positions), *self.item_shape[1:]), np.float32))
        volumes = self._open()
        at_once = max(1, _BLOCK_VOXELS // math.prod(self.item_shape))
        # float32 goes straight into the result. float16 goes through a block that stays in the
        # processor's cache: torch widens it many times faster than HDF5 or numpy do.
        is_wide = volumes.dtype == np.float32
        block = None if is_wide else torch.empty(at_once, *self.item_shape[1:], dtype=torch.float16)
        for first, last, row in _runs(positions, len(positions) if is_wide else at_once):
            rows = items[row : row + last - first]
            if block is None:
                self._read_into(rows.numpy(), volumes, first)
            else:
                stored = block[: len(rows)]
                self._read_into(stored.numpy(), volumes, first)
                rows.copy_(stored)
        check_items(items, lambda row: f"{self.source}, {self.ids[positions[row]]}")
        return items.unsqueeze(1)

    def _read_into(
        self, block: npt.NDArray[np.floating], volumes: h5py.Dataset, first: int
    ) -> None:
        """Neighbouring items as stored; h5py's low level, as slicing costs more than an item."""
        on_disk = volumes.id.get_space()
        on_disk.select_hyperslab((first, 0, 0, 0), block.shape)
        try:
            volumes.id.read(h5py.h5s.create_simple(block.shape), on_disk, block)
        except OSError as error:
            raise CryoalError(f"{self.source}: cannot be read ({error}); copy it again") from error

    def _open(self) -> h5py.Dataset:
        if self._volumes is None:
            self._file = open_packed(self.source)
            self._volumes = volumes_of(self.source, self._file)
        return self._volumes

    def __getstate__(self) -> dict[str, Any]:
        """An open HDF5 file does not travel to another process; it is opened there again."""
        return {**self.__dict__, "_file": None, "_volumes": None}


def _places(packed: PackedPlaces | None) -> Places:
    if packed is None:
        return Places()
    return Places(packed.positions_A, dict(zip(packed.tomograms, packed.corners_A, strict=True)))


def _origin(path: Path, packed: PackedOrigin | None) -> ListOrigin | None:
    if packed is None:
        return None
    turns = packed.quaternions
    rotations = None if turns is None else Rotation.from_quat(turns)
    options = options_from_json(packed.list_options, str(path))
    source = Path(packed.list_source)
    return ListOrigin(source, packed.list_digest, packed.rows, rotations, options)


def _runs(positions: npt.NDArray[np.int64], longest: int) -> Iterator[tuple[int, int, int]]:
    """Stretches of neighbouring items as (first, last + 1, row of the first in the batch)."""
    wanted = positions.tolist()
    row = 0
    while row < len(wanted):
        count = 1
        while (
            count < longest
            and row + count < len(wanted)
            and wanted[row + count] == wanted[row] + count
        ):
            count += 1
        yield wanted[row], wanted[row] + count, row
        row += count
