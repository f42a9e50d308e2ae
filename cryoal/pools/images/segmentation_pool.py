"""Images of which every pixel has a class."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from cryoal.augmentation_settings import AugmentationSettings
from cryoal.errors import CryoalError
from cryoal.io.image_file import read_mask, read_shape
from cryoal.pools.images.channel_levels import IMAGENET
from cryoal.pools.images.file_pool import FilePool, ImageFiles, common_shape, in_px, in_threads
from cryoal.pools.images.image_augmentation import ImageAugmentation
from cryoal.pools.subtomograms import fingerprint_of
from cryoal.task import Task

VOID = -1
NO_VALUE = -2
LABELLED = "labelled"
LARGEST_WHOLE_PX = 688


@dataclass(frozen=True)
class Masks:
    """Label images that a layout found.

    Attributes:
        names: of each item, as paths from the folder that was opened; empty where there is none.
        stamps: size and time of change (ns) of each that is there.
        class_of: (values,) class of each value that a label image may hold, ``VOID`` for pixels
            that count for nothing, ``NO_VALUE`` for values that none may hold.
    """

    names: list[str]
    stamps: array[int]
    class_of: npt.NDArray[np.int64]


class SegmentationPool(FilePool):
    """Images of one size with label images; what is queried is an image, all its pixels together.

    The answer to a query is the image's mask, so that ``labels`` are 0, the only one of
    ``classes``, where an item has one. ``label_fingerprint`` covers the label images. Channels are
    brought to the levels of ImageNet. The header of every file is read when the pool is opened.

    Args:
        source: the folder that was opened.
        kind: the name of the data set.
        files: images, at least one, with the classes of pixels.
        masks: their label images.

    Attributes:
        has_mask: (N,) whether an item has a label image.

    Raises:
        CryoalError: images of several sizes, or a label image of another size than its image.
    """

    task: Task = "segmentation"

    def __init__(self, source: Path, kind: str, files: ImageFiles, masks: Masks) -> None:
        shape_px, other = common_shape(source, files.ids)
        if other is not None:
            raise CryoalError(
                f"{source / other}: is not of {in_px(shape_px)} as {files.ids[0]} is; all images "
                "must be alike, leave it out"
            )
        super().__init__(source, kind, files, shape_px, False, IMAGENET)
        self.has_mask = np.array([bool(name) for name in masks.names])
        self._masks = masks
        self._outputs = files.classes
        self.classes = [LABELLED]
        self.labels = np.where(self.has_mask, 0, -1)
        for name in filter(None, masks.names):
            self._check_size(source / name, read_shape(source / name))
        self.label_fingerprint = fingerprint_of(
            [*masks.names, masks.stamps.tobytes(), masks.class_of.tobytes(), *self.outputs]
        )

    @property
    def outputs(self) -> list[str]:
        """Names of the classes of pixels."""
        return self._outputs

    @property
    def recipe(self) -> Mapping[str, Any]:  # type: ignore[override]
        """Mirror images; of large images windows of 688 px, as in Wang et al., AAAI 2022."""
        crop_px = LARGEST_WHOLE_PX if min(self.item_shape[1:]) > LARGEST_WHOLE_PX else None
        views = {"rotations": "none", "flips": True, "shift_px": 0, "noise_std": 0.0}
        augmentation = {**views, "crop_px": crop_px}
        return {"lowpass_px": 0.0, "views": 1, "batch_size": 8, "augmentation": augmentation}

    def augmentation(self, settings: AugmentationSettings) -> ImageAugmentation:
        """What moves images and masks together; windows are cut by ``crops``."""
        if settings.crop_px is not None:
            self._check_crop(settings.crop_px)
        return super().augmentation(settings.model_copy(update={"crop_px": None}))

    def check(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> None:
        positions = self._positions(indices)
        super().check(positions)
        self.masks(positions[self.has_mask[positions]])

    def masks(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> torch.Tensor:
        """Class of each pixel, int64 (B, H, W), -1 where it counts for nothing (void).

        Raises:
            CryoalError: an item without a label image, or one that cannot be read or holds a value
                that the data set does not have; names the file.
        """
        positions = self._positions(indices)
        batch = torch.empty(len(positions), *self.item_shape[1:], dtype=torch.int64)

        def fill(row: int) -> None:
            batch[row] = torch.from_numpy(self._classes_at(int(positions[row])))

        in_threads(fill, len(positions))
        return batch

    def crops(
        self,
        indices: Sequence[int] | npt.NDArray[np.int64],
        crop_px: int,
        generator: torch.Generator,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """A square window of each item at a random place, and the classes of its pixels.

        Args:
            crop_px: edge of the windows.
            generator: draws the places, each as likely as any other.

        Returns:
            Images as ``read`` gives them (B, 3, crop_px, crop_px) and classes as ``masks`` does
            (B, crop_px, crop_px).

        Raises:
            CryoalError: as ``read`` and ``masks``, or windows larger than the images.
        """
        positions = self._positions(indices)
        self._check_crop(crop_px)
        height, width = self.item_shape[1:]
        count = len(positions)
        tops = torch.randint(height - crop_px + 1, (count,), generator=generator).tolist()
        lefts = torch.randint(width - crop_px + 1, (count,), generator=generator).tolist()
        images = torch.empty(count, 3, crop_px, crop_px)
        classes = torch.empty(count, crop_px, crop_px, dtype=torch.int64)

        def fill(row: int) -> None:
            at = int(positions[row])
            window = np.s_[tops[row] : tops[row] + crop_px, lefts[row] : lefts[row] + crop_px]
            images[row] = torch.from_numpy(self._pixels(at)[window].transpose(2, 0, 1))
            classes[row] = torch.from_numpy(self._classes_at(at)[window])

        in_threads(fill, count)
        return images, classes

    def _check_crop(self, crop_px: int) -> None:
        if not 0 < crop_px <= min(self.item_shape[1:]):
            raise CryoalError(
                f"{self.source}: crops of {crop_px} px do not fit images of "
                f"{in_px(self.item_shape[1:])}; give a smaller crop"
            )

    def _classes_at(self, at: int) -> npt.NDArray[np.int64]:
        """Class of each pixel (H, W) of one item."""
        if not self.has_mask[at]:
            raise CryoalError(f"{self.source / self.ids[at]}: has no label image; add it")
        path = self.source / self._masks.names[at]
        values = read_mask(path)
        self._check_size(path, values.shape)
        class_of = self._masks.class_of
        inside = np.clip(values, 0, len(class_of) - 1)
        classes = np.where(inside == values, class_of[inside], NO_VALUE)
        if (classes == NO_VALUE).any():
            value = int(values[classes == NO_VALUE][0])
            raise CryoalError(
                f"{path}: holds the value {value}, which {self.kind} does not have; use the label "
                "images as distributed"
            )
        return classes

    def _check_size(self, path: Path, shape: Sequence[int]) -> None:
        if tuple(shape) != self.item_shape[1:]:
            raise CryoalError(
                f"{path}: has {in_px(shape)}, but the images have {in_px(self.item_shape[1:])}; "
                "bring back the label images as distributed"
            )
