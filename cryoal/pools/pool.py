"""What every other part of cryoal knows of the user's data."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch

from cryoal.augmentation_settings import AugmentationSettings
from cryoal.pools.augmentation import Augmentation
from cryoal.task import Task

_BATCH_BYTES = 32 * 2**20

Contrast = Literal["bright", "dark"]


class Pool(ABC):
    """All items of a project, read lazily and addressed by their position ``0..len-1``.

    Attributes:
        ids: stable names of the items, as the user's files have them; unique.
        labels: int64 array (N,), position in ``classes``, or -1 where unknown.
        classes: class names, in the order that the data set states, else sorted; empty when
            nothing is labelled.
        groups: array (N,) of str, the tomogram of each item, or None when unknown.
        item_shape: (C, *spatial) of one item.
        fingerprint: short hash that changes when the items or their voxels on disk do.
        label_fingerprint: short hash that changes when a label or the set of classes does.
        task: what is to be learnt. For segmentation an item has the single class of ``classes``
            where the classes of its pixels are known.
        shown_as: what ``pictures`` show, for a caption.
        source: the file or folder that was opened.
        kind: how the items are stored, in words.
        warnings: what a user should know of these files though they can be used.
        contrast: how protein shows in volumes, None of images.
        voxel_size_A: of volumes, where it is known.
        recipe: fields of a training recipe that suit this kind of item where they are not set,
            those of the augmentation inside it; none of volumes, whose recipe is the default.
        official_test: (N,) items that the data set itself holds out for testing, None where it
            states none.
    """

    ids: Sequence[str]
    labels: npt.NDArray[np.int64]
    classes: list[str]
    groups: npt.NDArray[np.str_] | None
    item_shape: tuple[int, ...]
    fingerprint: str
    label_fingerprint: str
    task: Task = "classification"
    shown_as: str = "the images themselves"
    source: Path = Path()
    kind: str = ""
    warnings: Sequence[str] = ()
    contrast: Contrast | None = None
    voxel_size_A: float | None = None
    recipe: Mapping[str, Any] = MappingProxyType({})
    official_test: npt.NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def outputs(self) -> list[str]:
        """Names of what a model tells apart: the classes or, for segmentation, those of pixels."""
        return self.classes

    @property
    def most_at_once(self) -> int:
        """How many items to hold in memory together: 32 MiB of them, and one at least."""
        return max(1, _BATCH_BYTES // (4 * math.prod(self.item_shape)))

    def check(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> None:
        """Read all that is known of items, to find those that cannot be used.

        Raises:
            CryoalError: as ``read``.
        """
        self.read(indices)

    @abstractmethod
    def read(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> torch.Tensor:
        """Items as stored, float32 (B, C, *spatial), in the order of ``indices``.

        Raises:
            CryoalError: an item cannot be read, is not finite or is constant; names the file.
        """

    @abstractmethod
    def normalise(self, batch: torch.Tensor) -> torch.Tensor:
        """Raw items (B, C, *spatial) made ready for a model; runs on the batch's device."""

    @abstractmethod
    def augmentation(self, settings: AugmentationSettings) -> Augmentation:
        """What draws random views of normalised items.

        Raises:
            CryoalError: settings that this kind of item does not have.
        """

    @abstractmethod
    def pictures(self, batch: torch.Tensor) -> npt.NDArray[np.float32]:
        """Raw items (B, C, *spatial) for the eye: grey (B, H, W) or colours 0-1 (B, H, W, 3)."""
