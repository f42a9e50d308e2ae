"""A pool whose boxes are changed as they are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch

from cryoal.pools.subtomograms import SubtomogramPool, fingerprint_of

Change = Callable[[npt.NDArray[np.float32], str], npt.NDArray[np.float32]]


class ChangedPool(SubtomogramPool):
    """The items, labels and names of another pool; each box goes through ``change``.

    Args:
        pool: read when an item is.
        change: takes a box (n, n, n) float32 and its id, and gives one of the same shape; the
            same for the same box.
        name: of the change; part of the kind and the fingerprint.
    """

    def __init__(self, pool: SubtomogramPool, change: Change, name: str) -> None:
        self.pool = pool
        self.change = change
        self.kind = f"{pool.kind}, {name}"
        self.source = pool.source
        self.ids = pool.ids
        self.labels = pool.labels
        self.classes = pool.classes
        self.groups = pool.groups
        self.item_shape = pool.item_shape
        self.voxel_size_A = pool.voxel_size_A
        self.contrast = pool.contrast
        self.places = pool.places
        self.warnings = pool.warnings
        self.fingerprint = fingerprint_of([pool.fingerprint, name])
        self.label_fingerprint = pool.label_fingerprint

    def read(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> torch.Tensor:
        items = self.pool.read(indices)
        for place, at in enumerate(self._positions(indices).tolist()):
            changed = self.change(items[place, 0].numpy(), self.ids[at])
            items[place, 0] = torch.from_numpy(changed)
        return items
