"""Items that are volumes in MRC files, one or many a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cryoal.errors import CryoalError
from cryoal.io.control_characters import has_control_characters
from cryoal.io.mrc import read_header, read_volume
from cryoal.pools.places import Places
from cryoal.pools.pool import Contrast
from cryoal.pools.subtomograms import (
    SubtomogramPool,
    check_items,
    encode_labels,
    fingerprint_of,
    label_fingerprint_of,
    same_length,
)


@dataclass
class MrcItems:
    """What a layout found: where each item lies and what is known of it.

    Attributes:
        ids: unique names of the items.
        folder: where relative ``files`` start.
        files: the MRC files, each once.
        file_of: position in ``files`` of each item.
        volume_of: number of the volume in its file, from 0; -1 where the file is the item.
        label_names: class of each item, empty where unknown.
        classes: all classes if stated apart from the labels.
        groups: tomogram of each item.
        voxel_size_A: what the list says, where the headers leave it unset.
        places: where the items lie in their tomograms.
        warnings: what the layout left out.
    """

    ids: list[str]
    folder: Path
    files: list[str]
    file_of: npt.NDArray[np.int64]
    volume_of: npt.NDArray[np.int64]
    label_names: list[str]
    classes: list[str] | None = None
    groups: npt.NDArray[np.str_] | None = None
    voxel_size_A: float | None = None
    places: Places = field(default_factory=Places)
    warnings: list[str] = field(default_factory=list)

    def check_names(self, source: Path) -> None:
        """Refuse names that no terminal or file should be given.

        Args:
            source: what was opened, for the message.

        Raises:
            CryoalError: a name that is not UTF-8, or one with control characters.
        """
        for name in self.ids:
            if not name.isascii() and _undecodable(name):
                raise CryoalError(f"{source}: the name {name!a} is not UTF-8; rename the file")
        groups = [] if self.groups is None else self.groups.tolist()
        for name in {*self.ids, *self.label_names, *(self.classes or []), *groups}:
            if has_control_characters(name):
                raise CryoalError(f"{source}: the name {name!a} has control characters; rename it")


class MrcPool(SubtomogramPool):
    """Opens by reading the first 4 KiB of every file; voxels are read when asked for.

    The fingerprint covers the ids in their order, and of every file its size, its first 4 KiB
    (the header with its statistics, and 768 voxels of float32) and samples of every stack.

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
        items.check_names(source)
        self.source = source
        self.kind = kind
        self.ids = items.ids
        self.groups = items.groups
        self.places = items.places
        self.contrast = contrast
        self.warnings = list(items.warnings)
        self.labels, self.classes = encode_labels(items.label_names, items.classes)
        self.label_fingerprint = label_fingerprint_of(self.labels, self.classes)
        self._folder = items.folder
        self._files = items.files
        self._file_of = items.file_of
        self._volume_of = items.volume_of
        box_px, in_headers, digests = self._scan()
        self.item_shape = (1, box_px, box_px, box_px)
        if in_headers and items.voxel_size_A and not same_length(in_headers, items.voxel_size_A):
            self.warnings.append(
                f"the headers say {in_headers:.4g} A a voxel, the list {items.voxel_size_A:.4g} A; "
                "the list is used"
            )
        self._set_voxel_size(items.voxel_size_A or in_headers, voxel_size_A)
        places = np.stack([self._file_of, self._volume_of]).astype("<i8").tobytes()
        self.fingerprint = fingerprint_of([*self.ids, places, *digests])

    def _scan(self) -> tuple[int, float | None, list[bytes]]:
        """Box and voxel size that all files share, and a digest of each file."""
        wanted = np.full(len(self._files), -1, np.int64)
        np.maximum.at(wanted, self._file_of, self._volume_of)
        digests = []
        for at, name in enumerate(self._files):
            path = self._folder / name
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
            if not same_length(header.voxel_size_A, voxel_size_A):
                raise CryoalError(
                    f"{path}: voxel size {_length(header.voxel_size_A)}, but {first.name} has "
                    f"{_length(voxel_size_A)}; rescale, or correct the headers"
                )
            if wanted[at] < 0 and header.volumes > 1:
                raise CryoalError(
                    f"{path}: is a stack of {header.volumes} volumes; name it alone, "
                    "or list its items as 000001@FILE"
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
            path = self._folder / self._files[self._file_of[at]]
            volume = read_volume(path, max(0, int(self._volume_of[at])))
            if volume.shape != batch.shape[1:]:
                raise CryoalError(f"{path}: box changed since the pool was opened; open it again")
            batch[row] = volume
        items = torch.from_numpy(batch)
        check_items(items, lambda row: self._name(int(positions[row])))
        return items.unsqueeze(1)

    def _name(self, at: int) -> str:
        path = self._folder / self._files[self._file_of[at]]
        number = int(self._volume_of[at])
        return str(path) if number < 0 else f"{path}, volume {number + 1}"


def _undecodable(name: str) -> bool:
    """Python keeps bytes of a file name that are no UTF-8 as lone surrogates."""
    return any("\ud800" <= character <= "\udfff" for character in name)


def _box(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


def _length(size_A: float | None) -> str:
    return "unset" if size_A is None else f"{size_A:.4g} A"
