"""Cityscapes (Cordts et al. 2016), fine annotations."""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np

from cryoal.errors import CryoalError
from cryoal.pools.images.downloads import CITYSCAPES_IMAGES, CITYSCAPES_MASKS
from cryoal.pools.images.file_pool import ImageFiles
from cryoal.pools.images.listing import folders_in, images_in
from cryoal.pools.images.official_file import incomplete
from cryoal.pools.images.segmentation_pool import VOID, Masks, SegmentationPool

_COUNT = 2_975 + 500
_IMAGE_END, _MASK_END = "_leftImg8bit.png", "_gtFine_labelIds.png"
_VALUES = 34
_CLASSES = {
    7: "road",
    8: "sidewalk",
    11: "building",
    12: "wall",
    13: "fence",
    17: "pole",
    19: "traffic light",
    20: "traffic sign",
    21: "vegetation",
    22: "terrain",
    23: "sky",
    24: "person",
    25: "rider",
    26: "car",
    27: "truck",
    28: "bus",
    31: "train",
    32: "motorcycle",
    33: "bicycle",
}
"""The 19 classes that are evaluated, by their number in ``labelIds``; all others are void."""


def open_cityscapes(path: Path) -> SegmentationPool | None:
    """The folder that holds ``leftImg8bit`` and ``gtFine``; None where ``path`` does not.

    Training and validation images; the latter are what is held out for testing, as the labels of
    the test images are not public. Groups are the cities. Classes are in the order of the official
    train ids.

    Raises:
        CryoalError: annotations are missing, or a file does not fit.
    """
    if not (path / "leftImg8bit").is_dir():
        return None
    if not (path / "gtFine").is_dir():
        raise CryoalError(f"{path}: gtFine is missing; unpack {CITYSCAPES_MASKS} there")
    ids: list[str] = []
    names: list[str] = []
    cities: list[str] = []
    stamps, mask_stamps = array("q"), array("q")
    for place in _places(path):
        masks = images_in(path / "gtFine" / place) if (path / "gtFine" / place).is_dir() else {}
        for image, stamp in images_in(path / "leftImg8bit" / place).items():
            if not image.endswith(_IMAGE_END):
                continue
            mask = image.removesuffix(_IMAGE_END) + _MASK_END
            ids.append(f"leftImg8bit/{place}/{image}")
            names.append(f"gtFine/{place}/{mask}" if mask in masks else "")
            cities.append(place.split("/")[1])
            stamps.extend(stamp)
            mask_stamps.extend(masks.get(mask, ()))
    if not ids:
        raise CryoalError(
            f"{path}/leftImg8bit: holds no images of train or val; unpack {CITYSCAPES_IMAGES}"
        )
    files = ImageFiles(
        ids,
        stamps,
        np.full(len(ids), -1, np.int64),
        list(_CLASSES.values()),
        np.array(cities),
        np.array([name.startswith("leftImg8bit/val/") for name in ids]),
        incomplete("Cityscapes", len(ids), _COUNT),
    )
    class_of = np.full(_VALUES, VOID)
    class_of[list(_CLASSES)] = range(len(_CLASSES))
    return SegmentationPool(path, "Cityscapes", files, Masks(names, mask_stamps, class_of))


def _places(path: Path) -> list[str]:
    """``train/aachen`` and so on."""
    return [
        f"{part}/{city}"
        for part in ("train", "val")
        if (path / "leftImg8bit" / part).is_dir()
        for city in folders_in(path / "leftImg8bit" / part)
    ]
