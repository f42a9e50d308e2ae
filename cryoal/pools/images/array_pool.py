"""Small images that all lie in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cryoal.pools.images.channel_levels import ChannelLevels
from cryoal.pools.images.image_pool import ImagePool
from cryoal.pools.subtomograms import fingerprint_of, label_fingerprint_of


@dataclass(frozen=True)
class ImagePart:
    """A part of a data set, as one of its files holds it.

    Attributes:
        name: of the file; items are ``NAME/0``, ``NAME/1``, ...
        images: uint8 (n, 3, H, W).
        labels: int64 (n,).
        is_test: whether the data set holds it out.
    """

    name: str
    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    is_test: bool


class ArrayPool(ImagePool):
    """Images of equal size from few files that cannot be read in pieces, kept as uint8.

    CIFAR takes 184 MB of memory, SVHN 305 MB. The fingerprint covers every pixel.

    Args:
        source: the file or folder that was opened.
        kind: the name of the data set.
        parts: at least one, in order.
        classes: in the data set's own order.
        levels: of the channels of the data set.
        warnings: what a user should know.
    """

    def __init__(
        self,
        source: Path,
        kind: str,
        parts: Sequence[ImagePart],
        classes: Sequence[str],
        levels: ChannelLevels,
        warnings: Sequence[str],
    ) -> None:
        self.source = source
        self.kind = kind
        self.classes = list(classes)
        self.levels = levels
        self.warnings = list(warnings)
        self.groups = None
        self.ids = [f"{part.name}/{row}" for part in parts for row in range(len(part.labels))]
        self.labels = np.concatenate([part.labels for part in parts])
        self.official_test = np.concatenate(
            [np.full(len(part.labels), part.is_test) for part in parts]
        )
        self._images = np.concatenate([part.images for part in parts])
        self.item_shape = self._images.shape[1:]
        pixels = hashlib.blake2b(self._images.data, digest_size=16).digest()
        self.fingerprint = fingerprint_of([*self.ids, pixels])
        self.label_fingerprint = label_fingerprint_of(self.labels, self.classes)

    def read(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> torch.Tensor:
        return torch.from_numpy(self._images[self._positions(indices)]).float()
