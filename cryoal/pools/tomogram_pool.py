"""Items that are boxes in tomograms, cropped when they are read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from cryoal.io.tomogram import Tomogram
from cryoal.pools.list_origin import ListOrigin
from cryoal.pools.places import Places
from cryoal.pools.pool import Contrast
from cryoal.pools.subtomograms import (
    SubtomogramPool,
    check_items,
    encode_labels,
    fingerprint_of,
    label_fingerprint_of,
)
from cryoal.volumes.crop import crop
from cryoal.volumes.normalise import normalise
from cryoal.volumes.standardise import standardise

_OPEN_FILES = 8


@dataclass(frozen=True)
class BoxItems:
    """Particles of a list that get a box.

    Attributes:
        ids: N unique names.
        wheres: file and line of each, for messages.
        groups: name of each one's tomogram, as the list has it.
        places_px: (N, 3) xyz in voxels of the tomogram, 0 at the middle of the first.
        label_names: class of each, empty where unknown.
        origin: where they are in their list.
        warnings: what was left out or filled.
    """

    ids: list[str]
    wheres: list[str]
    groups: list[str]
    places_px: npt.NDArray[np.float64]
    label_names: list[str]
    origin: ListOrigin
    warnings: list[str]


class TomogramPool(SubtomogramPool):
    """Boxes around the particles of a list; the tomograms stay on disk.

    How a box lies around a fractional place, and how it is interpolated where the tomogram's
    voxel is not the wanted one, is told in :mod:`cryoal.volumes.crop`. Every box is read at mean
    0 and standard deviation 1, the sign of its contrast as it is in the tomogram, so that
    tomograms of different scale go together. A batch is read in the order of tomograms and of
    places in them, whatever its own order is.

    The fingerprint covers the ids, the places, the size of boxes and voxels, and of each
    tomogram what :class:`~cryoal.io.tomogram.Tomogram` calls its digest.

    Args:
        items: what gets a box.
        tomograms: by name, each at least those of ``items.groups``.
        voxel_sizes_A: of the tomograms as stored, by name.
        steps: voxels of the pool over those of the tomogram, by name; 1 takes voxels as they are.
        box_px: edge of the boxes.
        voxel_size_A: of the pool.
        contrast: how protein shows in all tomograms.
    """

    kind = "boxes in tomograms"

    def __init__(
        self,
        items: BoxItems,
        tomograms: Mapping[str, Tomogram],
        voxel_sizes_A: Mapping[str, float],
        steps: Mapping[str, float],
        box_px: int,
        voxel_size_A: float,
        contrast: Contrast,
    ) -> None:
        names = list(tomograms)
        number = {name: at for at, name in enumerate(names)}
        self.source = items.origin.source
        self.ids = items.ids
        self.groups = np.array(items.groups, np.str_)
        self.labels, self.classes = encode_labels(items.label_names)
        self.item_shape = (1, box_px, box_px, box_px)
        self.voxel_size_A = voxel_size_A
        self.contrast = contrast
        self.warnings = items.warnings
        self.origin = items.origin
        self.places = _places(items, tomograms, voxel_sizes_A)
        self._wheres = items.wheres
        self._centres = items.places_px[:, ::-1].copy()
        self._tomogram_of = np.array([number[name] for name in items.groups], np.int64)
        self._tomograms = [tomograms[name] for name in names]
        self._steps = [steps[name] for name in names]
        self._opened: OrderedDict[int, None] = OrderedDict()
        self._rank = np.empty(len(self.ids), np.int64)
        self._rank[self._in_order()] = np.arange(len(self.ids))
        self.label_fingerprint = label_fingerprint_of(self.labels, self.classes)
        where = [self._tomogram_of.astype("<i8").tobytes(), self._centres.astype("<f8").tobytes()]
        sizes = [f"{box_px}", f"{voxel_size_A:.6g}", *(f"{step:.9g}" for step in self._steps)]
        digests = [tomogram.digest for tomogram in self._tomograms]
        self.fingerprint = fingerprint_of([*self.ids, *where, *sizes, *digests])

    @property
    def reading_order(self) -> npt.NDArray[np.int64]:
        """Tomogram by tomogram, and in each from block to block of twice a box's edge."""
        return np.argsort(self._rank)

    def read(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> torch.Tensor:
        positions = self._positions(indices)
        batch = np.empty((len(positions), *self.item_shape[1:]), np.float32)
        for row in np.argsort(self._rank[positions], kind="stable").tolist():
            self._read_into(batch[row], int(positions[row]))
        return torch.from_numpy(batch).unsqueeze(1)

    def _read_into(self, box: npt.NDArray[np.float32], at: int) -> None:
        number = int(self._tomogram_of[at])
        raw = crop(
            self._tomogram(number), self._centres[at], self.item_shape[-1], self._steps[number]
        )
        box[:] = raw
        if not standardise(box):
            item = torch.from_numpy(raw).unsqueeze(0)
            check_items(item, lambda _: self._name(at))
            box[:] = normalise(item, "bright")[0].numpy()

    def _in_order(self) -> npt.NDArray[np.int64]:
        edges = 2 * self.item_shape[-1] * np.array(self._steps)[self._tomogram_of]
        z, y, x = np.floor(self._centres / edges[:, None]).T
        return np.lexsort((x, y, z, self._tomogram_of))

    def _tomogram(self, number: int) -> Tomogram:
        """The tomogram, ready to be read; memory that another one took is given back."""
        if number in self._opened:
            if next(reversed(self._opened)) != number:
                self._release_last()
                self._opened.move_to_end(number)
        else:
            if self._opened:
                self._release_last()
            if len(self._opened) == _OPEN_FILES:
                self._tomograms[self._opened.popitem(last=False)[0]].close()
            self._opened[number] = None
        return self._tomograms[number]

    def _release_last(self) -> None:
        self._tomograms[next(reversed(self._opened))].release()

    def _name(self, at: int) -> str:
        return f"{self._wheres[at]}, box in {self._tomograms[self._tomogram_of[at]].path}"


def _places(
    items: BoxItems, tomograms: Mapping[str, Tomogram], voxel_sizes_A: Mapping[str, float]
) -> Places:
    """Positions from the middle of a tomogram's first voxel, and the tomograms' sizes."""
    sizes_A = {name: np.array(one.size_px) * voxel_sizes_A[name] for name, one in tomograms.items()}
    each = np.array([voxel_sizes_A[name] for name in items.groups])
    boxes_A = {name: np.array([0 * size, size]) for name, size in sizes_A.items()}
    return Places(items.places_px * each[:, None], boxes_A)
