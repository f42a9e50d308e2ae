"""SVHN (Netzer et al. 2011), cropped digits, training and test part without the extra set."""

from __future__ import annotations

from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.svhn import read_svhn
from cryoal.pools.images import channel_levels
from cryoal.pools.images.array_pool import ArrayPool, ImagePart
from cryoal.pools.images.downloads import SVHN_TEST, SVHN_TRAIN
from cryoal.pools.images.image_pool import image_recipe
from cryoal.pools.images.official_file import incomplete

_IMAGES = 73_257 + 26_032


def open_svhn(path: Path) -> ArrayPool | None:
    """The folder with the two files, or one of them; None where ``path`` is neither.

    Classes are the digits, ``0`` first.

    Raises:
        CryoalError: one of them is missing, damaged, or not what SVHN has.
    """
    files = (SVHN_TRAIN, SVHN_TEST)
    folder = path if path.is_dir() else path.parent
    if not path.is_dir() and path.name not in {file.name for file in files}:
        return None
    if not any((folder / file.name).is_file() for file in files):
        return None
    parts = []
    for file in files:
        if not (folder / file.name).is_file():
            raise CryoalError(f"{folder}: {file.name} is missing; download {file}")
        try:
            images, digits = read_svhn(folder / file.name)
        except CryoalError as error:
            raise CryoalError(f"{error}; the official one is {file}") from error
        name = file.name.removesuffix(".mat")
        parts.append(ImagePart(name, images, digits, file is SVHN_TEST))
    count = sum(len(part.labels) for part in parts)
    pool = ArrayPool(
        folder,
        "SVHN",
        parts,
        [str(digit) for digit in range(10)],
        channel_levels.SVHN,
        incomplete("SVHN", count, _IMAGES),
    )
    pool.recipe = image_recipe(flips=False)  # a mirrored digit is no digit
    return pool
