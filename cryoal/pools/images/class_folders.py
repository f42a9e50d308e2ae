"""One folder of images a class, as most data sets come; Caltech101 among them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from cryoal.io.mrc import is_stack_name, is_volume_name
from cryoal.io.snr import parse_snr
from cryoal.pools.class_folders import class_folders_in
from cryoal.pools.images.channel_levels import IMAGENET
from cryoal.pools.images.file_pool import FilePool, ImageFiles, common_shape, in_px
from cryoal.pools.images.listing import Listing, folders_in, has_class_folders
from cryoal.pools.images.official_file import incomplete
from cryoal.pools.subtomograms import encode_labels

SIZE_PX = 224
"""Edge that photographs of varying sizes are resized to."""

_PARTS = ("train", "val", "test")
_CALTECH = "101_ObjectCategories"
_CALTECH_IMAGES = 8_677
_BACKGROUND = "BACKGROUND_Google"


def open_class_folders(path: Path, size_px: int | None) -> FilePool | None:
    """A folder of class folders; None where ``path`` is none.

    Where it has a folder ``train`` with class folders in it, ``test`` or, without that, ``val`` is
    what the data set holds out for testing; a ``val`` beside a ``test`` belongs to the training
    part. Images are taken as they are if all have one size, else cut and resized.

    Args:
        size_px: edge to resize to; None for 224, or no resizing where all sizes are alike.

    Raises:
        CryoalError: a file that is no image, or a name that cannot be used.
    """
    if not path.is_dir():
        return None
    parts = [part for part in _PARTS if has_class_folders(path / part)]
    if "train" not in parts:
        parts = []
    if not parts and (not has_class_folders(path) or _is_of_volumes(path)):
        return None
    files = list_parts(path, parts)
    shape, resized = (size_px or SIZE_PX,) * 2, True
    if size_px is None:
        common, other = common_shape(path, files.ids)
        if other is None:
            shape, resized = common, False
        else:
            files.warnings.append(
                f"images of varying sizes ({in_px(common)}, but {other} not) are cut to squares "
                f"and resized to {SIZE_PX} px"
            )
    return FilePool(path, "one folder of images a class", files, shape, resized, IMAGENET)


def list_parts(path: Path, parts: list[str]) -> ImageFiles:
    """The class folders in each of the ``parts``, or in ``path`` where there are none."""
    test = next((part for part in ("test", "val") if part in parts), None)
    listing, is_test = Listing(), []
    for part in parts or [""]:
        before = len(listing.ids)
        listing.add_class_folders(path, part)
        is_test += [part == test] * (len(listing.ids) - before)
    warnings = [f"folder {name} holds no images and is left out" for name in listing.ignored]
    if test == "test" and "val" in parts:
        warnings.append("val counts as part of the training images, as there is a test part")
    labels, classes = encode_labels(listing.label_names)
    return ImageFiles(
        listing.ids,
        listing.stamps,
        labels,
        classes,
        official_test=None if test is None else np.array(is_test),
        warnings=warnings,
    )


def open_caltech101(path: Path, size_px: int | None) -> FilePool | None:
    """Caltech101 (Fei-Fei et al. 2004); None where ``path`` does not hold it.

    The 101 classes of objects; the 468 images of ``BACKGROUND_Google``, which are no class, are
    left out, as in most papers. No part is held out for testing. Channels are brought to the
    levels of ImageNet, as for any photographs.

    Args:
        path: ``101_ObjectCategories``, or the folder that holds it.
        size_px: edge to cut and resize to; None for 224.

    Raises:
        CryoalError: a name that cannot be used.
    """
    folder = path / _CALTECH if (path / _CALTECH).is_dir() else path
    if not folder.is_dir() or not {"Faces_easy", "accordion"} <= set(folders_in(folder)):
        return None
    listing = Listing()
    for name in folders_in(folder):
        if name != _BACKGROUND and not listing.add_folder(folder, name, name):
            listing.ignored.append(name)
    labels, classes = encode_labels(listing.label_names)
    warnings = [f"folder {name} holds no images and is left out" for name in listing.ignored]
    files = ImageFiles(listing.ids, listing.stamps, labels, classes, warnings=warnings)
    files.warnings += incomplete("Caltech101", len(files.ids), _CALTECH_IMAGES)
    edge_px = size_px or SIZE_PX
    return FilePool(folder, "Caltech101", files, (edge_px, edge_px), True, IMAGENET)


def _is_of_volumes(path: Path) -> bool:
    """Whether subtomograms lie there: images in folders beside them are pictures of these."""
    return bool(class_folders_in(path)) or any(
        is_volume_name(name)
        or is_stack_name(name)
        or name.endswith((".star", ".h5", ".hdf5"))
        or parse_snr(name) is not None
        for name in os.listdir(path)
    )
