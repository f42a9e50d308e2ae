"""2D pictures of a volume: what is drawn, free of Qt. Volumes are (D, H, W), zyx."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial.transform import Rotation

from cryoal.napari_plugin.display_settings import DisplaySettings

Array = npt.NDArray[np.float32]
Place = tuple[int, int, int]

SIGMA_OF_RESOLUTION = math.sqrt(math.log(2) / 2) / math.pi
"""Sigma of the Gaussian that halves the amplitude of a wave of length 1."""

# Tilted by 25 and turned by 35 degrees, and small enough to show the corners of the box.
OBLIQUE = 1.25 * Rotation.from_euler("zx", [35, 25], degrees=True).as_matrix()
"""Place in the picture to place in the volume, both from the middle."""


def centre(shape: tuple[int, ...]) -> Place:
    """The middle voxel."""
    depth, height, width = shape
    return depth // 2, height // 2, width // 2


def smoothed(volume: Array, settings: DisplaySettings) -> Array:
    """Low-passed and inverted as ``settings`` say; the volume itself where they say nothing."""
    if settings.lowpass_px > 0:
        sigma = SIGMA_OF_RESOLUTION * settings.lowpass_px
        volume = np.asarray(ndimage.gaussian_filter(volume, sigma, mode="nearest"))
    return np.negative(volume) if settings.invert else volume


def slabs(volume: Array, place: Place, thickness: int) -> tuple[Array, Array, Array]:
    """Means over ``thickness`` voxels around ``place``: (y, x) along z, (y, z) along x, (z, x).

    Laid out as two rows of two, ``yx yz`` over ``zx``, neighbours share an axis.
    """
    z, y, x = (
        slice(*_window(at, thickness, size)) for at, size in zip(place, volume.shape, strict=True)
    )
    return (
        volume[z].mean(axis=0),
        volume[:, :, x].mean(axis=2).T,
        volume[:, y].mean(axis=1),
    )


def _window(at: int, thickness: int, size: int) -> tuple[int, int]:
    """``thickness`` voxels around ``at``, moved inside ``size``."""
    thickness = min(thickness, size)
    start = min(max(at - thickness // 2, 0), size - thickness)
    return start, start + thickness


def middle_slab(volume: Array, settings: DisplaySettings) -> Array:
    """The (y, x) slab through the centre, for small pictures."""
    return slabs(smoothed(volume, settings), centre(volume.shape), settings.thickness_px)[0]


def oblique(volume: Array) -> Array:
    """Brightest voxel along each ray of an oblique look, (H, W); nearer ones count for more."""
    middle = (np.array(volume.shape) - 1) / 2
    low = float(volume.min())
    # Along the rays 32 planes are enough; across them each voxel counts.
    stride = max(1, len(volume) // 32)
    planes = math.ceil(len(volume) / stride)
    turned = ndimage.affine_transform(
        volume,
        OBLIQUE * (stride, 1, 1),
        middle - OBLIQUE @ middle,
        output_shape=(planes, *volume.shape[1:]),
        order=1,
        cval=low,
        prefilter=False,
    )
    fading = np.linspace(1.0, 0.6, len(turned), dtype=np.float32)[:, None, None]
    return np.asarray(((turned - low) * fading).max(axis=0) + low, np.float32)


def limits(picture: Array, contrast: tuple[float, float]) -> tuple[float, float]:
    """Values that become black and white; never the same, never infinite."""
    finite = picture[np.isfinite(picture)]
    if not finite.size:
        return 0.0, 1.0
    low, high = (float(value) for value in np.percentile(finite, contrast))
    return (low, high) if high > low else (low, low + 1.0)


def grey_bytes(picture: Array, contrast: tuple[float, float]) -> npt.NDArray[np.uint8]:
    """The picture in 256 greys."""
    low, high = limits(picture, contrast)
    scaled = np.nan_to_num((picture - low) / (high - low), nan=0.0, posinf=1.0, neginf=0.0)
    grey: npt.NDArray[np.uint8] = (np.clip(scaled, 0, 1) * 255).astype(np.uint8)
    return grey
