"""Items that are volumes in MRC files, one or many a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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

_VOXEL_TOLERANCE = 0.01


@dataclass
class MrcItems:
    """What a layout found: where each item lies and what is known of it.

    Attributes:
        ids: unique names of the items.
        files: the MRC files, each once.
        file_of: position in ``files`` of each item.
        volume_of: number of the volume in its file, from 0.
        label_names: class of each item, empty where unknown.
        classes: all classes if stated apart from the labels.
        groups: tomogram of each item.
        warnings: what the layout left out.
    """

    ids: list[str]
    files: list[Path]
    file_of: npt.NDArray[np.int64]
    volume_of: npt.NDArray[np.int64]
    label_names: list[str]
    classes: list[str] | None = None
    groups: npt.NDArray[np.str_] | None = None
    warnings: list[str] = field(default_factory=list)


class MrcPool(SubtomogramPool):
    """Opens by reading the first 4 KiB of every file; voxels are read when asked for.

    The fingerprint covers ids, their order, and of every file its size and first 4 KiB.

    Raises:
        CryoalError: no items, boxes that are not cubes or not alike, voxel sizes that differ,
            and whatever :func:`cryoal.io.mrc.read_header` refuses.
    """

    def __init__(
        self,
        source: Path,
        kind: str,
        items: MrcItems,
        voxel_size_A: float | None,
        contrast: Contrast,
    ) -> None:
        if not items.ids:
            raise CryoalError(f"{source}: no MRC volumes found; name a folder that holds some")
        self.source = source
        self.kind = kind
        self.ids = items.ids
        self.groups = items.groups
        self.contrast = contrast
        self.warnings = list(items.warnings)
        self.labels, self.classes = encode_labels(items.label_names, items.classes)
        self.label_fingerprint = label_fingerprint_of(self.labels, self.classes)
        self._files = items.files
        self._file_of = items.file_of
        self._volume_of = items.volume_of
        box_px, stated, digests = self._scan()
        self.item_shape = (1, box_px, box_px, box_px)
        self.voxel_size_A = stated if voxel_size_A is None else voxel_size_A
        if voxel_size_A and stated and abs(voxel_size_A - stated) > _VOXEL_TOLERANCE * stated:
            self.warnings.append(
                f"the files say {stated:.4g} A a voxel; the stated {voxel_size_A:.4g} A is used"
            )
        places = np.stack([self._file_of, self._volume_of]).astype("<i8").tobytes()
        self.fingerprint = fingerprint_of([*self.ids, places, *digests])

    def _scan(self) -> tuple[int, float | None, list[bytes]]:
        """Box and voxel size that all files share, and a digest of each file."""
        wanted = np.zeros(len(self._files), np.int64)
        np.maximum.at(wanted, self._file_of, self._volume_of)
        digests = []
        for at, path in enumerate(self._files):
            header = read_header(path)
            digests.append(header.digest)
            if at == 0:
                shape, voxel_size_A, first = header.shape, header.voxel_size_A, path
                if len(set(shape)) != 1:
                    raise CryoalError(
                        f"{path}: box of {_box(shape)} voxels is not a cube; "
                        "crop to cubes, or name a folder of subtomograms"
                    )
            if header.shape != shape:
                raise CryoalError(
                    f"{path}: box of {_box(header.shape)} voxels, but {first.name} has "
                    f"{_box(shape)}; all boxes must be alike, crop or sort them"
                )
            if not _same(header.voxel_size_A, voxel_size_A):
                raise CryoalError(
                    f"{path}: voxel size {_length(header.voxel_size_A)}, but {first.name} has "
                    f"{_length(voxel_size_A)}; rescale, or correct the headers"
                )
            if wanted[at] >= header.volumes:
                raise CryoalError(
                    f"{path}: holds {header.volumes} volume(s), but number {wanted[at] + 1} is "
                    "listed; correct the list"
                )
        return shape[0], voxel_size_A, digests

    def read(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> torch.Tensor:
        positions = self._positions(indices)
        batch = np.empty((len(positions), *self.item_shape[1:]), np.float32)
        for row, at in enumerate(positions):
            path = self._files[self._file_of[at]]
            volume = read_volume(path, int(self._volume_of[at]))
            if volume.shape != batch.shape[1:]:
                raise CryoalError(f"{path}: box changed since the pool was opened; open it again")
            batch[row] = volume
        check_items(batch, [self._name(int(at)) for at in positions])
        return torch.from_numpy(batch).unsqueeze(1)

    def _name(self, at: int) -> str:
        path = self._files[self._file_of[at]]
        return str(path) if "@" not in self.ids[at] else f"{path} ({self.ids[at]})"


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _VOXEL_TOLERANCE * other


def _box(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


def _length(size_A: float | None) -> str:
    return "unset" if size_A is None else f"{size_A:.4g} A"
