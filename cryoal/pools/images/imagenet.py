"""ImageNet (ILSVRC 2012 classification) as it is unpacked."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from cryoal.errors import CryoalError
from cryoal.io.imagenet_devkit import read_ground_truth, read_synsets
from cryoal.pools.images.channel_levels import IMAGENET
from cryoal.pools.images.class_folders import SIZE_PX
from cryoal.pools.images.downloads import IMAGENET_VAL
from cryoal.pools.images.file_pool import FilePool, ImageFiles
from cryoal.pools.images.listing import Listing, folders_in, has_images
from cryoal.pools.images.official_file import incomplete
from cryoal.pools.subtomograms import encode_labels

_WNID = re.compile(r"n\d{8}")
_VAL_NAME = re.compile(r"ILSVRC2012_val_(\d{8})\.JPEG")
_IMAGES = 1_281_167 + 50_000
_DEVKIT = "ILSVRC2012_devkit_t12"
_DEVKIT_MD5 = "fa75699e90414af021442c21a62c3abf"


def open_imagenet(path: Path, size_px: int | None) -> FilePool | None:
    """``train/<wnid>`` and the validation images; None where ``path`` does not hold them.

    The validation images are what is held out for testing. They lie in ``val/<wnid>``, or in
    ``val`` itself beside the unpacked development kit, whose ground truth then labels them.
    Classes are in the order of their WordNet ids, which all published models use; the development
    kit, where it is there, adds their names.

    Args:
        path: the folder that holds ``train`` and ``val``.
        size_px: edge to cut and resize to; None for 224.

    Raises:
        CryoalError: validation images without labels, or a damaged development kit.
    """
    if not (path / "train").is_dir():
        return None
    wnids = folders_in(path / "train")
    if not wnids or not all(map(_WNID.fullmatch, wnids)):
        return None
    kit = next(
        (kit for kit in (path / _DEVKIT / "data", path) if (kit / "meta.mat").is_file()), None
    )
    synsets = {} if kit is None else read_synsets(kit / "meta.mat")
    listing = Listing()
    listing.add_class_folders(path, "train")
    training = len(listing.ids)
    _add_validation(listing, path, kit, {number: wnid for number, (wnid, _) in synsets.items()})
    labels, classes = encode_labels(listing.label_names)
    words = dict(synsets.values())
    warnings = [f"folder {name} holds no images and is left out" for name in listing.ignored]
    files = ImageFiles(
        listing.ids,
        listing.stamps,
        labels,
        [f"{wnid} {words[wnid]}" if wnid in words else wnid for wnid in classes],
        official_test=np.arange(len(labels)) >= training if len(labels) > training else None,
        warnings=[*warnings, *incomplete("ImageNet", len(labels), _IMAGES)],
    )
    edge_px = size_px or SIZE_PX
    return FilePool(path, "ImageNet", files, (edge_px, edge_px), True, IMAGENET)


def _add_validation(listing: Listing, path: Path, kit: Path | None, wnids: dict[int, str]) -> None:
    """The images in ``val``, by folder or by the development kit."""
    if not (path / "val").is_dir():
        return
    if not has_images(path / "val"):
        listing.add_class_folders(path, "val")
        return
    if kit is None:
        raise CryoalError(
            f"{path}/val: images without class folders need {_DEVKIT} beside train and val; unpack "
            f"{_DEVKIT}.tar.gz (MD5 {_DEVKIT_MD5}) there"
        )
    truth = read_ground_truth(kit / "ILSVRC2012_validation_ground_truth.txt")
    before = len(listing.ids)
    listing.add_folder(path, "val", "")
    for at in range(before, len(listing.ids)):
        match = _VAL_NAME.fullmatch(Path(listing.ids[at]).name)
        number = int(match[1]) if match else 0
        if not 0 < number <= len(truth) or truth[number - 1] not in wnids:
            raise CryoalError(
                f"{path / listing.ids[at]}: the development kit in {kit} does not label it; unpack "
                f"{IMAGENET_VAL} again"
            )
        listing.label_names[at] = wnids[truth[number - 1]]
