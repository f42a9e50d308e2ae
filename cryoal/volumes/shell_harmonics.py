"""How density is spread over spherical shells, whichever way the particle is turned."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import lpmv
from torch import Tensor

from cryoal.volumes.filters import gaussian_lowpass


class ShellHarmonics:
    """Energy of each degree of spherical harmonics in each shell about the centre of a box.

    Kazhdan, Funkhouser & Rusinkiewicz, Symposium on Geometry Processing 2003: a rotation
    mixes the coefficients of one degree among themselves and leaves their norm as it is. A
    missing wedge breaks that a little, as it does everything.

    Args:
        box_px: edge of the boxes.
        shells: of equal thickness, from the centre voxel ``box_px // 2`` to the faces.
        degrees: highest degree.
        lowpass_px: Gaussian low-pass of the volumes.
    """

    def __init__(
        self, box_px: int, shells: int = 8, degrees: int = 4, lowpass_px: float = 1.0
    ) -> None:
        functions, groups = shell_functions(box_px, shells, degrees)
        basis = torch.from_numpy(functions).unsqueeze(1)
        # A symmetric filter may act on either side of a product: here on what is made once.
        self.basis = gaussian_lowpass(basis, lowpass_px).flatten(1)
        self.groups = torch.from_numpy(groups)
        self.width = shells * (degrees + 1)
        self.sole = self.groups % (degrees + 1) == 0

    def __call__(self, batch: Tensor) -> Tensor:
        """Boxes (B, 1, D, H, W) to features (B, shells x (degrees + 1)).

        Norms, but for degree 0, the mean density of a shell, which keeps its sign.
        """
        coefficients = batch.flatten(1) @ self.basis.T
        energy = batch.new_zeros(len(batch), self.width)
        norms = energy.index_add(1, self.groups, coefficients.square()).sqrt()
        norms[:, self.groups[self.sole]] = coefficients[:, self.sole]
        return norms


def shell_functions(
    box_px: int, shells: int, degrees: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Real spherical harmonics cut out by each shell, and the feature that each belongs to.

    Returns:
        (functions, D, H, W), each over the root of its shell's voxels, and (functions,) numbers
        ``shell * (degrees + 1) + degree``.
    """
    z, y, x = np.indices((box_px,) * 3, dtype=np.float64) - box_px // 2
    radius = np.sqrt(z**2 + y**2 + x**2)
    polar, turn = z / np.maximum(radius, 1e-9), np.arctan2(y, x)
    harmonics = [
        (degree, real_harmonic(degree, order, polar, turn))
        for degree in range(degrees + 1)
        for order in range(-degree, degree + 1)
    ]
    edges = np.linspace(0, box_px / 2, shells + 1)
    functions, groups = [], []
    for shell in range(shells):
        inside = (radius >= edges[shell]) & (radius < edges[shell + 1])
        for degree, values in harmonics:
            functions.append((values * inside / math.sqrt(max(inside.sum(), 1))).astype(np.float32))
            groups.append(shell * (degrees + 1) + degree)
    return np.stack(functions), np.array(groups, np.int64)


def real_harmonic(
    degree: int, order: int, polar: npt.NDArray[np.float64], turn: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Orthonormal real spherical harmonic at cosine ``polar`` of the polar angle, azimuth ``turn``.

    Negative orders are the sines.
    """
    m = abs(order)
    ratio = math.factorial(degree - m) / math.factorial(degree + m)
    scale = math.sqrt((2 * degree + 1) / (4 * math.pi) * ratio * (2 if m else 1))
    wave = np.cos(m * turn) if order >= 0 else np.sin(m * turn)
    return np.asarray(scale * lpmv(m, degree, polar) * wave)
