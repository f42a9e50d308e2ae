"""Images that are files, read when they are asked for."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cryoal.errors import CryoalError
from cryoal.io.image_file import read_image, read_shape
from cryoal.pools.images.channel_levels import ChannelLevels
from cryoal.pools.images.image_pool import ImagePool
from cryoal.pools.subtomograms import fingerprint_of, label_fingerprint_of


@dataclass
class ImageFiles:
    """What a layout found.

    Attributes:
        ids: the files, as paths from the folder that was opened.
        stamps: size and time of change (ns) of each, one after the other.
        labels: (N,) position in ``classes``, -1 where unknown.
        classes: in the data set's order.
        groups: of each item, or None.
        official_test: (N,), or None where nothing is held out.
        warnings: what a user should know.
    """

    ids: list[str]
    stamps: array[int]
    labels: npt.NDArray[np.int64]
    classes: list[str]
    groups: npt.NDArray[np.str_] | None = None
    official_test: npt.NDArray[np.bool_] | None = None
    warnings: list[str] = field(default_factory=list)


class FilePool(ImagePool):
    """One file an item; only paths are kept. A batch is decoded by as many threads as torch uses.

    The fingerprint covers the ids in their order, the size and time of change of each file, and
    the size that images are read at.

    Args:
        source: the folder that was opened.
        kind: the name of the data set or the layout.
        files: at least one.
        shape_px: height and width of all items.
        resized: whether images of any size are cut and resized to that, a square; otherwise one
            of another size is refused when it is read.
        levels: of the channels.
    """

    def __init__(
        self,
        source: Path,
        kind: str,
        files: ImageFiles,
        shape_px: tuple[int, int],
        resized: bool,
        levels: ChannelLevels,
    ) -> None:
        self.source = source
        self.kind = kind
        self.levels = levels
        self.ids = files.ids
        self.labels = files.labels
        self.classes = files.classes
        self.groups = files.groups
        self.official_test = files.official_test
        self.warnings = list(files.warnings)
        self.item_shape = (3, *shape_px)
        self._size_px = shape_px[0] if resized else None
        read_at = f"{shape_px}, resized: {resized}"
        self.fingerprint = fingerprint_of([*self.ids, files.stamps.tobytes(), read_at])
        self.label_fingerprint = label_fingerprint_of(self.labels, self.classes)

    def read(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> torch.Tensor:
        positions = self._positions(indices)
        batch = torch.empty(len(positions), *self.item_shape)

        def fill(row: int) -> None:
            batch[row] = torch.from_numpy(self._pixels(int(positions[row])).transpose(2, 0, 1))

        in_threads(fill, len(positions))
        return batch

    def _pixels(self, at: int) -> npt.NDArray[np.uint8]:
        """One item (H, W, 3)."""
        path = self.source / self.ids[at]
        # Pillow's own array cannot be written, which torch warns of.
        pixels = read_image(path, self._size_px).copy()
        if pixels.shape[:2] != self.item_shape[1:]:
            raise CryoalError(
                f"{path}: {in_px(pixels.shape)} now, but {in_px(self.item_shape[1:])} when the "
                "pool was opened; open it again"
            )
        return pixels


def in_threads(work: Callable[[int], None], count: int) -> None:
    """Call ``work`` with 0 to ``count - 1``, at the same time where that helps.

    Raises:
        Exception: what the first call that failed raised.
    """
    threads = min(count, torch.get_num_threads())
    if threads < 2:
        for number in range(count):
            work(number)
        return
    with ThreadPoolExecutor(threads) as executor:
        for _ in executor.map(work, range(count)):
            pass


def common_shape(folder: Path, names: Sequence[str]) -> tuple[tuple[int, int], str | None]:
    """Height and width of the first image, and the name of the first that differs, if any.

    Raises:
        CryoalError: a file that is no image.
    """
    shape = read_shape(folder / names[0])
    other = next((name for name in names if read_shape(folder / name) != shape), None)
    return shape, other


def in_px(shape: Sequence[int]) -> str:
    """Width times height, as people say it."""
    return f"{shape[1]} x {shape[0]} px"
