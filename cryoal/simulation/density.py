"""Density maps of single particles: made from beads, or read from an MRC file.

Those of atomic models come from :mod:`cryoal.simulation.potential`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import fft, special

from cryoal.errors import CryoalError
from cryoal.io.mrc import read_header, read_volume

Volume = npt.NDArray[np.float64]

# Inside the mask: where the density is above this share of its maximum.
MASK_LEVEL = 0.1
FEWEST_VOXELS = 4
LARGEST_MAP = 2**26
"""Voxels; half a gigabyte."""


@dataclass(frozen=True)
class Density:
    """A density map, protein bright (positive).

    Attributes:
        name: class name of the particle.
        voxels: (Z, Y, X) float64, above the solvent: V for atomic models, else of any scale.
        voxel_size_A: edge of a voxel, Å.
    """

    name: str
    voxels: Volume
    voxel_size_A: float

    def centre(self) -> Volume:
        """Centre of mass, zyx, in voxels from the middle of the first voxel."""
        total = self.voxels.sum()
        axes = [np.arange(n, dtype=np.float64) for n in self.voxels.shape]
        sums = [self.voxels.sum(axis=other) for other in ((1, 2), (0, 2), (0, 1))]
        return np.array([a @ s / total for a, s in zip(axes, sums, strict=True)])

    def diameter_A(self) -> float:
        """Diameter, in Å, of the sphere about the centre of mass that holds 99 % of the mass."""
        axes = [np.arange(n) - c for n, c in zip(self.voxels.shape, self.centre(), strict=True)]
        radii = _lengths(axes).ravel()
        order = np.argsort(radii)
        mass = np.cumsum(self.voxels.ravel()[order])
        return float(2 * radii[order][np.searchsorted(mass, 0.99 * mass[-1])] * self.voxel_size_A)

    def low_passed(self, resolution_A: float) -> Density:
        """The map without detail finer than ``resolution_A`` (raised cosine, from 0.8 of it)."""
        weight = low_pass(frequencies(self.voxels.shape, self.voxel_size_A), resolution_A)
        voxels = fft.irfftn(fft.rfftn(self.voxels) * weight, s=self.voxels.shape)
        return Density(self.name, voxels, self.voxel_size_A)


def frequencies(shape: Sequence[int], voxel_size_A: float) -> Volume:
    """Length of the spatial frequency, 1/Å, at every voxel of ``rfftn`` of a zyx ``shape``."""
    *full, last = shape
    axes = [fft.fftfreq(n, voxel_size_A) for n in full] + [fft.rfftfreq(last, voxel_size_A)]
    return _lengths(axes)


def low_pass(frequency: Volume, resolution_A: float) -> Volume:
    """Weight of each frequency: 1 up to 0.8 of 1 / ``resolution_A``, from there to 0 at it."""
    edge = (frequency * resolution_A - 0.8) / 0.2
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * np.clip(edge, 0.0, 1.0)))


def _lengths(axes: Sequence[Volume]) -> Volume:
    """Length of the vector at every point of the grid that three ``axes`` span."""
    z, y, x = (np.square(axis) for axis in axes)
    return np.asarray(np.sqrt(z[:, None, None] + y[None, :, None] + x[None, None, :]))


def density_from_beads(
    name: str,
    centres_A: npt.ArrayLike,
    radii_A: npt.ArrayLike,
    *,
    voxel_size_A: float,
    softness_A: float = 5.0,
) -> Density:
    """Solid beads of protein with soft edges; where beads overlap the density stays that of one.

    Args:
        name: class name.
        centres_A: (n, 3) xyz, Å, about the origin.
        radii_A: (n,) Å.
        voxel_size_A: voxel of the map. The map is a cube, the origin at voxel ``n // 2``.
        softness_A: standard deviation of the blurred edge.

    Raises:
        CryoalError: the map would have more than ``LARGEST_MAP`` voxels, or none shows a bead.
    """
    centres = np.asarray(centres_A, dtype=np.float64)
    radii = np.asarray(radii_A, dtype=np.float64)
    margin_A = 3 * softness_A
    reach_A = float((np.sqrt((centres**2).sum(axis=1)) + radii).max()) + margin_A
    if not (2 * reach_A / voxel_size_A + 3) ** 3 <= LARGEST_MAP:
        raise CryoalError(
            f"{name}: {2 * reach_A:.0f} Å is too large for a map with voxels of {voxel_size_A:g} "
            "Å; use larger voxels"
        )
    half = int(np.ceil(reach_A / voxel_size_A))
    axis = np.arange(-half, half + 1) * voxel_size_A
    solvent = np.ones((axis.size,) * 3)
    for centre, radius in zip(centres, radii, strict=True):
        near = [np.flatnonzero(np.abs(axis - c) <= radius + margin_A) for c in centre[::-1]]
        if not all(len(n) for n in near):
            raise CryoalError(
                f"{name}: voxels of {voxel_size_A:g} Å are larger than its parts; use smaller ones"
            )
        patch = tuple(slice(n[0], n[-1] + 1) for n in near)
        squares = [(axis[n] - c) ** 2 for n, c in zip(near, centre[::-1], strict=True)]
        distance = np.sqrt(
            squares[0][:, None, None] + squares[1][None, :, None] + squares[2][None, None, :]
        )
        solvent[patch] *= 1 - 0.5 * special.erfc((distance - radius) / (np.sqrt(2) * softness_A))
    return Density(name, 1 - solvent, voxel_size_A)


def read_density(path: Path) -> Density:
    """A density map from an MRC file; the class takes the file's name without its endings.

    Raises:
        CryoalError: as :func:`cryoal.io.mrc.read_volume`, or the header gives no voxel size,
            or the voxels are fewer than 4 along an axis, not finite or hold no density above 0.
    """
    voxel_size_A = read_header(path).voxel_size_A
    if voxel_size_A is None:
        raise CryoalError(f"{path}: the header gives no voxel size; set it in the file first")
    voxels = read_volume(path).astype(np.float64)
    if min(voxels.shape) < FEWEST_VOXELS:
        raise CryoalError(f"{path}: is {min(voxels.shape)} voxels thin; name a density map in 3D")
    if not np.isfinite(voxels).all():
        raise CryoalError(f"{path}: holds NaN or infinite voxels; repair the map")
    if voxels.sum() <= 0:
        raise CryoalError(f"{path}: no density above 0 in sum; protein must be bright, solvent 0")
    return Density(class_name(path), voxels, voxel_size_A)


def class_name(path: Path) -> str:
    """Name of the class that a structure's file makes: the file's, without its endings."""
    return Path(path.name.removesuffix(".gz")).stem
