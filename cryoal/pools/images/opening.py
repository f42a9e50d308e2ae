"""Finds out which images a path holds and opens them as a pool."""

from __future__ import annotations

from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.pools.images.camvid import open_camvid
from cryoal.pools.images.cifar import open_cifar
from cryoal.pools.images.cityscapes import open_cityscapes
from cryoal.pools.images.class_folders import open_caltech101, open_class_folders
from cryoal.pools.images.image_pool import ImagePool
from cryoal.pools.images.imagenet import open_imagenet
from cryoal.pools.images.svhn import open_svhn

_LARGEST_PX = 4096
_OF_ONE_SIZE = (open_cifar, open_svhn, open_cityscapes, open_camvid)
_RESIZED = (open_imagenet, open_caltech101, open_class_folders)


def open_images(path: Path, size_px: int | None = None) -> ImagePool | None:
    """Open images by looking at what is there; None where ``path`` is no set of images.

    Args:
        path: a folder of CIFAR-10, CIFAR-100 (or their archives), SVHN, Caltech101, ImageNet,
            Cityscapes, CamVid, or of class folders with images.
        size_px: edge that images of varying sizes are cut and resized to; by default 224, and for
            class folders whose images are all of one size none.

    Raises:
        CryoalError: a data set that is incomplete or damaged, or a size for one whose images are
            of one size anyway, or a folder that may not be read.
    """
    if size_px is not None and not 0 < size_px <= _LARGEST_PX:
        raise CryoalError(f"image size of {size_px} px: give 1 to {_LARGEST_PX}")
    try:
        return _open(path, size_px)
    except OSError as error:
        raise CryoalError(f"{error.filename}: cannot be read ({error.strerror})") from error


def _open(path: Path, size_px: int | None) -> ImagePool | None:
    for open_set in _OF_ONE_SIZE:
        if (pool := open_set(path)) is not None:
            if size_px is not None:
                raise CryoalError(
                    f"{path}: the images of {pool.kind} are read as they are; leave out the size"
                )
            return pool
    for open_resized in _RESIZED:
        if (resized := open_resized(path, size_px)) is not None:
            return resized
    return None
