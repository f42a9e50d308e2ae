"""Subtomograms that are made from the 2D tilt stacks of a STAR file when they are read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cryoal.errors import CryoalError
from cryoal.io.mrc import read_header, read_volume
from cryoal.pools.pool import Contrast
from cryoal.pools.subtomograms import (
    SubtomogramPool,
    check_items,
    encode_labels,
    fingerprint_of,
    label_fingerprint_of,
)
from cryoal.pools.tilt_stacks import TiltStacks
from cryoal.volumes.back_projection import BackProjector
from cryoal.volumes.tilt_transfer import tilt_transfer

_CACHE_BYTES = 256 * 2**20


class TiltStackPool(SubtomogramPool):
    """RELION's and Warp's 2D tilt stacks as 3D boxes, in the frame of their tomograms.

    Boxes are what :class:`cryoal.volumes.back_projection.BackProjector` makes of the visible
    tilts, weighted by transfer and dose; the particle is where it was extracted, the missing
    wedge stays empty. Their hand is that of the files: where an alignment has the wrong one, the
    boxes have it too, as the programs' own averages do. Opening reads the first 4 KiB of every
    stack; the arithmetic of up to 256 MiB of tilt series is kept.

    The fingerprint covers the ids in their order, what the STAR files say of the tilts and of
    each particle in them, and of every stack its size and its first 4 KiB.

    Raises:
        CryoalError: no items, stacks that are not of square images or not alike, or with another
            number of images than tilts or visible tilts.
    """

    def __init__(
        self,
        source: Path,
        kind: str,
        stacks: TiltStacks,
        voxel_size_A: float | None,
        contrast: Contrast,
    ) -> None:
        items = stacks.items
        if not items.ids:
            raise CryoalError(f"{source}: lists no particles; name a file that lists some")
        items.check_names(source)
        self.source = source
        self.kind = kind
        self.ids = items.ids
        self.groups = items.groups
        self.places = items.places
        self.contrast = contrast
        self.warnings = [
            *items.warnings,
            "boxes are back-projected from tilt stacks each time they are read; `cryoal pack` "
            "makes them once",
        ]
        self.labels, self.classes = encode_labels(items.label_names, items.classes)
        self.label_fingerprint = label_fingerprint_of(self.labels, self.classes)
        self._stacks = stacks
        self._pixel_A = items.voxel_size_A or 0.0
        self._projectors: OrderedDict[int, BackProjector] = OrderedDict()
        self._box_px, digests = self._scan()
        self.item_shape = (1, self._box_px, self._box_px, self._box_px)
        self._set_voxel_size(items.voxel_size_A, voxel_size_A)
        self.fingerprint = fingerprint_of([*self.ids, *self._stated(), *digests])

    def _stated(self) -> list[bytes]:
        """What the STAR files say that the boxes depend on."""
        stacks = self._stacks
        tilts = [np.array(value).tobytes() for one in stacks.series for value in astuple(one)]
        arrays = [stacks.series_of, stacks.premultiplied, stacks.positions_A, self._pixel_A]
        return [*tilts, *(np.asarray(array).tobytes() for array in [*arrays, *stacks.visible])]

    def _scan(self) -> tuple[int, list[bytes]]:
        """Edge of all images, and a digest of each stack."""
        digests, box_px = [], 0
        for at, where in enumerate(self._stacks.wheres):
            path = self._path(at)
            header = read_header(path)
            images, height, width = header.shape
            visible = self._stacks.visible[at]
            if self._stacks.items.volume_of[at] >= 0 or header.is_volume_stack:
                raise CryoalError(
                    f"{where}: {self.ids[at]} is not a stack of tilt images; name one"
                )
            if height != width:
                raise CryoalError(f"{path}: images of {width} x {height} pixels are not square")
            box_px = box_px or width
            if width != box_px:
                raise CryoalError(
                    f"{path}: images of {width} pixels, but {self._path(0).name} has {box_px}; "
                    "extract all with one box"
                )
            if images not in (len(visible), visible.sum()):
                raise CryoalError(
                    f"{where}: {path} holds {images} images, but the tilt series has "
                    f"{len(visible)} tilts, {visible.sum()} of them visible; extract again"
                )
            digests.append(header.digest)
        return box_px, digests

    def read(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> torch.Tensor:
        positions = self._positions(indices)
        items = torch.empty((len(positions), *self.item_shape[1:]), dtype=torch.float32)
        # One by one, which costs the same: torch rounds differently in batches of other sizes.
        for row in np.argsort(self._stacks.series_of[positions], kind="stable").tolist():
            items[row] = self._box(int(positions[row]))
        check_items(items, lambda row: str(self._path(int(positions[row]))))
        return items.unsqueeze(1)

    def _box(self, at: int) -> torch.Tensor:
        """(n, n, n) of one particle."""
        stacks, number = self._stacks, int(self._stacks.series_of[at])
        projector = self._projector(number)
        position_A = stacks.positions_A[at : at + 1]
        size_px = projector.padded_px
        transfer = tilt_transfer(stacks.series[number], position_A, size_px, self._pixel_A)
        images = torch.from_numpy(self._images(at)[None])
        flags = stacks.premultiplied[at : at + 1]
        return projector.volumes(images, transfer, stacks.visible[at][None], flags)[0]

    def _images(self, at: int) -> npt.NDArray[np.float32]:
        """(f, n, n), 0 for tilts that the stack leaves out."""
        path, visible = self._path(at), self._stacks.visible[at]
        stored = read_volume(path)
        images = np.zeros((len(visible), self._box_px, self._box_px), np.float32)
        if stored.shape[1:] != images.shape[1:] or len(stored) not in (len(visible), visible.sum()):
            raise CryoalError(f"{path}: changed since the pool was opened; open it again")
        images[visible] = stored[visible] if len(stored) == len(visible) else stored
        return images

    def _projector(self, number: int) -> BackProjector:
        """Of one tilt series; the last ones used are kept."""
        found = self._projectors.pop(number, None)
        if found is None:
            matrices = self._stacks.series[number].matrices
            found = BackProjector(matrices, self._box_px, self._pixel_A)
        self._projectors[number] = found
        while len(self._projectors) > 1 and self._kept_bytes() > _CACHE_BYTES:
            self._projectors.popitem(last=False)
        return found

    def _kept_bytes(self) -> int:
        return sum(projector.nbytes for projector in self._projectors.values())

    def _path(self, at: int) -> Path:
        items = self._stacks.items
        return items.folder / items.files[int(items.file_of[at])]
