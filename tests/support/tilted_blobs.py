"""An object of Gaussian balls and its tilt images by their formulas: nothing of cryoal's."""

from __future__ import annotations

import numpy as np

# xyz from the middle of the box and height; no rotation or mirror maps them onto themselves.
BALLS = np.array(
    [[5.0, 0.7, -1.2, 1.0], [-2.3, 4.6, 0.4, 0.8], [0.9, -3.1, 4.2, 0.6], [-1.4, -2.2, -4.8, 0.9]]
)
SIGMA_PX = 1.4


def turn(axis: str, degrees: float) -> np.ndarray:
    """Matrix that turns column vectors xyz about an axis."""
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    if axis == "x":
        return np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
    if axis == "y":
        return np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def views(angles_deg: np.ndarray, axis_deg: float = 0.0, x_tilt_deg: float = 0.0) -> np.ndarray:
    """(f, 3, 3) of a tilt series: about y, then turned in the image by ``axis_deg``."""
    return np.array(
        [turn("z", axis_deg) @ turn("y", a) @ turn("x", x_tilt_deg) for a in angles_deg]
    )


def volume(box_px: int) -> np.ndarray:
    """(n, n, n) zyx, the object about voxel n // 2."""
    z, y, x = np.indices((box_px,) * 3) - box_px // 2
    balls = [
        height * np.exp(-((x - px) ** 2 + (y - py) ** 2 + (z - pz) ** 2) / (2 * SIGMA_PX**2))
        for px, py, pz, height in BALLS
    ]
    return np.sum(balls, axis=0)


def images(matrices: np.ndarray, box_px: int) -> np.ndarray:
    """(f, n, n): line integrals along the beam, about pixel n // 2."""
    y, x = np.indices((box_px,) * 2) - box_px // 2
    found = np.zeros((len(matrices), box_px, box_px))
    for image, matrix in zip(found, matrices, strict=True):
        for *place, height in BALLS:
            u, v, _ = matrix @ place
            squares = (x - u) ** 2 + (y - v) ** 2
            image += height * SIGMA_PX * np.sqrt(2 * np.pi) * np.exp(-squares / (2 * SIGMA_PX**2))
    return found.astype(np.float32)


def transfer(
    matrices: np.ndarray,
    defocus_A: np.ndarray,
    doses: np.ndarray,
    position_A: np.ndarray,
    hand: int,
    size_px: int,
    pixel_A: float,
) -> np.ndarray:
    """(f, size, size // 2 + 1): CTF at 300 kV, Cs 2.7 mm, 7 % amplitude contrast, times dose.

    ``defocus_A`` (f, 3) are U, V and the angle of U from the image's x axis.
    """
    wavelength = 12.2643 / np.sqrt(3e5 + 0.97845e-6 * 3e5**2)
    ky, kx = np.fft.fftfreq(size_px, pixel_A)[:, None], np.fft.rfftfreq(size_px, pixel_A)[None]
    k2, direction = kx**2 + ky**2, np.arctan2(ky, kx)
    found = []
    for matrix, (u, v, angle), dose in zip(matrices, defocus_A, doses, strict=True):
        depth = hand * (matrix @ position_A)[2]
        cosine = np.cos(2 * (direction - np.deg2rad(angle)))
        defocus = (u + v) / 2 + depth + (u - v) / 2 * cosine
        phase = np.pi * wavelength * k2 * (defocus - 0.5 * 2.7e7 * wavelength**2 * k2)
        with np.errstate(divide="ignore"):
            critical = 0.245 * np.sqrt(k2) ** -1.665 + 2.81
        found.append(np.sin(phase + np.arcsin(0.07)) * np.exp(-dose / (2 * critical)))
    return np.array(found)


def transferred(stack: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Images (f, n, n) times a transfer of padded images, cut to their size again."""
    box_px, size = stack.shape[-1], factor.shape[1]
    first = size // 2 - box_px // 2
    padded = np.zeros((len(stack), size, size))
    padded[:, first : first + box_px, first : first + box_px] = stack
    found = np.fft.irfft2(np.fft.rfft2(padded) * factor, s=(size, size), axes=(1, 2))
    return found[:, first : first + box_px, first : first + box_px].astype(np.float32)


def peaks(found: np.ndarray) -> np.ndarray:
    """Place xyz of each ball, from the middle: the centre of mass near where it should be."""
    middle = len(found) // 2
    z, y, x = np.indices(found.shape) - middle
    places = []
    for *place, _ in BALLS:
        squares = (x - place[0]) ** 2 + (y - place[1]) ** 2 + (z - place[2]) ** 2
        weight = np.clip(found, 0, None) * (squares < 2.5**2)
        places.append([float((axis * weight).sum() / weight.sum()) for axis in (x, y, z)])
    return np.array(places)


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Of all voxels."""
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
