"""Photographs and label images in the usual formats, decoded by Pillow.

One rule for all: an image is 8-bit RGB. Grey is repeated in the three channels, a palette is looked
up, CMYK converted; of 16 bits a channel the upper eight stay; an alpha channel is dropped, as data
loaders of the published benchmarks do. The orientation that a camera wrote down (EXIF) is applied.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from cryoal.errors import CryoalError

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff", ".webp")

# Named, so that no file can choose a decoder that runs another program (EPS).
_FORMATS = ("PNG", "JPEG", "BMP", "PPM", "TIFF", "WEBP")
_MOST_PIXELS = 2**26
_ORIENTATION = 274
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = (5, 6, 7, 8)
_WITH_TRANSPARENCY = ("P", "PA", "LA", "La", "RGBa")

# ImageNet has photographs with broken EXIF, which says nothing of their pixels.
warnings.filterwarnings("ignore", r"(Possibly )?[Cc]orrupt EXIF data", module=r"PIL\.")


def is_image_name(name: str) -> bool:
    """Whether a file of this name is taken for an image; names with a dot in front are not."""
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def read_image(path: Path, size_px: int | None = None) -> npt.NDArray[np.uint8]:
    """An image as RGB (H, W, 3).

    Args:
        size_px: the central square is cut out and resized (bilinear, antialiased) to this edge,
            which is the same as resizing the shorter side and then cropping; None leaves it.

    Raises:
        CryoalError: cannot be read or decoded, has more than 64 million pixels, or is of
            floating-point numbers.
    """
    with _opened(path) as image:
        turn = _TURNS.get(_orientation(image))
        pixels = _rgb(path, image)
        if turn is not None:
            pixels = pixels.transpose(turn)
        if size_px is not None and pixels.size != (size_px, size_px):
            pixels = ImageOps.fit(pixels, (size_px, size_px), Image.Resampling.BILINEAR)
        return np.asarray(pixels)


def read_shape(path: Path) -> tuple[int, int]:
    """Height and width that ``read_image`` will give, from the header alone.

    Raises:
        CryoalError: cannot be read, is no image, or has more than 64 million pixels.
    """
    with _opened(path) as image:
        width, height = image.size
        return (width, height) if _orientation(image) in _SIDEWAYS else (height, width)


def read_mask(path: Path) -> npt.NDArray[np.int64]:
    """The number that a label image (H, W) holds at each pixel: grey level or palette index.

    Raises:
        CryoalError: cannot be read or decoded, or has colours instead of numbers.
    """
    with _opened(path) as image:
        if image.mode not in ("1", "L", "P", "I;16", "I"):
            raise CryoalError(
                f"{path}: has colours ({image.mode}), but a label image has one number a pixel; "
                "use the one with class numbers"
            )
        return np.asarray(image).astype(np.int64)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        if path.stat().st_size == 0:
            raise CryoalError(f"{path}: is empty (0 bytes); bring it back from a copy")
        with Image.open(path, formats=_FORMATS) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise _too_large(path)
            yield image
    except CryoalError:
        raise
    except UnidentifiedImageError as error:
        raise CryoalError(
            f"{path}: is no image of a known kind ({', '.join(SUFFIXES)}); repair or remove it"
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(path) from error
    except (FileNotFoundError, PermissionError) as error:
        raise CryoalError(f"{path}: cannot be read ({error.strerror})") from error
    # On a damaged file Pillow's decoders raise whatever their parsers trip over.
    except Exception as error:
        reason = " ".join(str(error).split())[:100] or type(error).__name__
        raise CryoalError(f"{path}: cannot be read ({reason}); repair or remove it") from error


def _too_large(path: Path) -> CryoalError:
    return CryoalError(
        f"{path}: unpacks to more than {_MOST_PIXELS // 10**6} million pixels; make it smaller or "
        "remove it"
    )


def _orientation(image: Image.Image) -> int:
    """What EXIF says of how the camera was held, 1 where it says nothing; TIFF turns itself."""
    if image.format == "TIFF" or "exif" not in image.info:
        return 1
    # EXIF that cannot be read states no orientation.
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:
        return 1


def _rgb(path: Path, image: Image.Image) -> Image.Image:
    if image.mode == "F":
        raise CryoalError(
            f"{path}: holds floating-point numbers, which have no stated white; save it as 8 or "
            "16 bits"
        )
    if image.mode == "I" or image.mode.startswith("I;16"):
        levels = np.asarray(image)
        if levels.min() < 0 or levels.max() >= 2**16:
            raise CryoalError(f"{path}: has grey levels beyond 0 to 65535; save it as 8 or 16 bits")
        return Image.fromarray((levels >> 8).astype(np.uint8)).convert("RGB")
    if image.mode in _WITH_TRANSPARENCY:
        image = image.convert("RGBA")
    return image.convert("RGB")
