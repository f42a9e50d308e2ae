"""CIFAR-10 and CIFAR-100 (Krizhevsky 2009) in their Python version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.io.array_pickle import read_array_pickle
from cryoal.io.tar_members import read_members
from cryoal.pools.images import channel_levels, downloads
from cryoal.pools.images.array_pool import ArrayPool, ImagePart
from cryoal.pools.images.channel_levels import ChannelLevels
from cryoal.pools.images.official_file import OfficialFile, incomplete

_SHAPE = (3, 32, 32)
_ROW = 3 * 32 * 32
_IMAGES = 60_000
_LARGEST = 2**28


@dataclass(frozen=True)
class _Layout:
    """How a version of CIFAR is stored.

    Attributes:
        archive: as downloaded; its name begins with ``prefix``.
        parts: file of each part, and its MD5; the last is the test part.
        meta: file of the class names, and its MD5.
        labels: name of the labels in a part.
        names: name of the class names in the meta file.
        classes: how many there are.
    """

    kind: str
    prefix: str
    archive: OfficialFile
    parts: dict[str, str]
    meta: tuple[str, str]
    labels: str
    names: str
    classes: int
    levels: ChannelLevels

    @property
    def files(self) -> dict[str, str]:
        """MD5 of every file."""
        return {**self.parts, self.meta[0]: self.meta[1]}

    def is_at(self, path: Path) -> bool:
        if path.is_dir():
            return sum((path / name).is_file() for name in self.files) > 1
        return path.name.startswith(self.prefix) and path.name.endswith((".tar.gz", ".tgz"))


_LAYOUTS = (
    _Layout(
        kind="CIFAR-10",
        prefix="cifar-10-",
        archive=downloads.CIFAR10,
        parts={
            "data_batch_1": "c99cafc152244af753f735de768cd75f",
            "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
            "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
            "data_batch_4": "634d18415352ddfa80567beed471001a",
            "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
            "test_batch": "40351d587109b95175f43aff81a1287e",
        },
        meta=("batches.meta", "5ff9c542aee3614f3951f8cda6e48888"),
        labels="labels",
        names="label_names",
        classes=10,
        levels=channel_levels.CIFAR10,
    ),
    _Layout(
        kind="CIFAR-100",
        prefix="cifar-100-",
        archive=downloads.CIFAR100,
        parts={
            "train": "16019d7e3df5f24257cddd939b257f8d",
            "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
        },
        meta=("meta", "7973b15100ade9c7d40fb424638fde48"),
        labels="fine_labels",
        names="fine_label_names",
        classes=100,
        levels=channel_levels.CIFAR100,
    ),
)


def open_cifar(path: Path) -> ArrayPool | None:
    """The folder of a CIFAR or its archive as downloaded; None where ``path`` is neither.

    CIFAR-100 has its 100 fine labels. Classes are in the official order.

    Raises:
        CryoalError: a file is missing, damaged, or not what CIFAR has.
    """
    layout = next((layout for layout in _LAYOUTS if layout.is_at(path)), None)
    if layout is None:
        return None
    parts: dict[str, ImagePart] = {}
    classes: list[str] = []
    for name, raw, where in _files(path, layout):
        record = read_array_pickle(raw, where)
        if name in layout.parts:
            parts[name] = _part(name, record, layout, where)
        else:
            classes = _names(record, layout, where)
    for name, md5 in layout.files.items():
        if name not in parts and not (name == layout.meta[0] and classes):
            raise CryoalError(f"{path}: {name} (MD5 {md5}) is missing; unpack {layout.archive}")
    return ArrayPool(
        path,
        layout.kind,
        [parts[name] for name in layout.parts],
        classes,
        layout.levels,
        incomplete(layout.kind, sum(len(part.labels) for part in parts.values()), _IMAGES),
    )


def _files(path: Path, layout: _Layout) -> Iterator[tuple[str, bytes, str]]:
    """Name, contents and whereabouts of each file that is there."""
    if not path.is_dir():
        try:
            for name, raw in read_members(path, layout.files, 2 * _LARGEST):
                yield name, raw, f"{path}, {name}"
        except CryoalError as error:
            raise CryoalError(f"{error}; the official one is {layout.archive}") from error
        return
    for name in layout.files:
        file = path / name
        if not file.is_file():
            continue
        try:
            if file.stat().st_size > _LARGEST:
                raise CryoalError(f"{file}: is larger than any file of {layout.kind}; replace it")
            yield name, file.read_bytes(), str(file)
        except OSError as error:
            raise CryoalError(f"{file}: cannot be read ({error.strerror})") from error


def _part(name: str, record: dict[str, Any], layout: _Layout, where: str) -> ImagePart:
    rows = record.get("data")
    if not isinstance(rows, np.ndarray) or rows.ndim != 2 or rows.shape[1] != _ROW:
        raise CryoalError(
            f"{where}: 'data' is not rows of {_ROW} bytes (3 x 32 x 32); download {layout.archive} "
            "again"
        )
    labels = _labels(record.get(layout.labels), layout, where)
    if len(labels) != len(rows):
        raise CryoalError(
            f"{where}: {len(labels)} labels for {len(rows)} images; download {layout.archive} again"
        )
    return ImagePart(name, rows.reshape(-1, *_SHAPE), labels, name == list(layout.parts)[-1])


def _labels(stored: object, layout: _Layout, where: str) -> npt.NDArray[np.int64]:
    values: Sequence[object] = []
    if isinstance(stored, np.ndarray) and stored.ndim == 1:
        values = stored.tolist()
    elif isinstance(stored, list):
        values = stored
    if not values or not all(type(label) is int for label in values):
        raise CryoalError(
            f"{where}: '{layout.labels}' is no list of class numbers; download {layout.archive} "
            "again"
        )
    labels = np.array(values, np.int64)
    if labels.min() < 0 or labels.max() >= layout.classes:
        row = int(np.flatnonzero((labels < 0) | (labels >= layout.classes))[0])
        raise CryoalError(
            f"{where}: image {row} has the label {labels[row]}, but {layout.kind} has the classes "
            f"0 to {layout.classes - 1}; download {layout.archive} again"
        )
    return labels


def _names(record: dict[str, Any], layout: _Layout, where: str) -> list[str]:
    stored = record.get(layout.names)
    names = [
        name.decode("utf-8", "replace")
        for name in (stored if isinstance(stored, list) else [])
        if isinstance(name, bytes)
    ]
    if len(set(names)) != layout.classes or not all(map(str.isprintable, names)):
        raise CryoalError(
            f"{where}: '{layout.names}' does not name {layout.classes} classes; download "
            f"{layout.archive} again"
        )
    return names
