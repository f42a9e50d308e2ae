"""CamVid (Brostow et al. 2009) with the 11 classes of SegNet (Badrinarayanan et al. 2017)."""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np

from cryoal.errors import CryoalError
from cryoal.pools.images.file_pool import ImageFiles
from cryoal.pools.images.listing import images_in
from cryoal.pools.images.segmentation_pool import VOID, Masks, SegmentationPool

_CLASSES = [
    "sky",
    "building",
    "pole",
    "road",
    "pavement",
    "tree",
    "sign",
    "fence",
    "car",
    "pedestrian",
    "bicyclist",
]
_PARTS = ("train", "val", "test")
_LAYOUTS = (("{}/images", "{}/labels"), ("{}", "{}annot"))
"""Folders of images and label images of a part; the second is that of the SegNet tutorial."""


def open_camvid(path: Path) -> SegmentationPool | None:
    """A folder with images and label images in parts; None where ``path`` is none.

    Label images hold 0 to 10, and 11 for void; each has the name of its image, as ``.png``.
    ``test`` is what is held out for testing; ``val`` belongs to the training part.

    Raises:
        CryoalError: a file that does not fit.
    """
    layout = next((layout for layout in _LAYOUTS if _is_at(path, layout)), None)
    if layout is None:
        return None
    ids: list[str] = []
    names: list[str] = []
    is_test: list[bool] = []
    stamps, mask_stamps = array("q"), array("q")
    for part in _PARTS:
        images, masks = (_listed(path, folder.format(part)) for folder in layout)
        labelled = {Path(mask).stem: mask for mask in masks if mask.endswith(".png")}
        for image, stamp in images.items():
            mask = labelled.get(Path(image).stem, "")
            ids.append(image)
            names.append(mask)
            is_test.append(part == "test")
            stamps.extend(stamp)
            mask_stamps.extend(masks.get(mask, ()))
    if not ids:
        raise CryoalError(f"{path}: holds no images; name the folder that does")
    files = ImageFiles(
        ids,
        stamps,
        np.full(len(ids), -1, np.int64),
        list(_CLASSES),
        official_test=np.array(is_test) if any(is_test) else None,
    )
    if {"train", "val"} <= {image.split("/")[0] for image in ids}:
        files.warnings.append("val counts as part of the training images")
    class_of = np.array([*range(len(_CLASSES)), VOID])
    return SegmentationPool(path, "CamVid", files, Masks(names, mask_stamps, class_of))


def _is_at(path: Path, layout: tuple[str, str]) -> bool:
    return all((path / folder.format("train")).is_dir() for folder in layout)


def _listed(path: Path, folder: str) -> dict[str, tuple[int, int]]:
    """Images of a folder by their path from ``path``; none where it is not there."""
    if not (path / folder).is_dir():
        return {}
    return {f"{folder}/{name}": stamp for name, stamp in images_in(path / folder).items()}
