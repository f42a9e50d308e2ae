"""Subtomograms of one particle each, in memory."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.simulation.assemblies import Assembly
from cryoal.simulation.atoms import is_atoms_name
from cryoal.simulation.density import MASK_LEVEL, Density, Volume, read_density
from cryoal.simulation.microscope import Microscope
from cryoal.simulation.potential import density_from_atoms

Structure = Assembly | Density | Path
Contrast = Literal["bright", "dark"]


@dataclass(frozen=True)
class Pose:
    """Where a particle lies in its box.

    Attributes:
        rotation: turns the structure into the particle; acts on xyz vectors.
        shift_px: (3,) xyz, from voxel ``box_px // 2`` to the structure's centre of mass.
    """

    rotation: Rotation
    shift_px: Volume


@dataclass(frozen=True)
class Subtomogram:
    """One simulated item.

    Attributes:
        voxels: (Z, Y, X) float64, mean 0, standard deviation 1.
        name: class name.
        index: number of the item within its class.
        pose: rotation and shift.
        defocus_um: under focus.
        snr: asked ratio of variances.
        snr_measured: variance of the signal over that of the noise, over the whole box.
        snr_in_mask: the same within the particle's mask (density above a tenth of its maximum).
    """

    voxels: Volume
    name: str
    index: int
    pose: Pose
    defocus_um: float
    snr: float
    snr_measured: float
    snr_in_mask: float


class Simulator:
    """Draws subtomograms of given structures through one microscope.

    The signal-to-noise ratio has one meaning here: the variance of the signal over the variance
    of the noise, both over the whole box, after the microscope. This is how the field's
    published noise levels (0.1 to 0.01) are stated. Within the particle's mask the ratio is a
    few times (a ribosome in a box of 40 nm) to a hundred times (a protein of 10 nm) higher;
    ``snr_in_mask`` tells it. The noise level is set from the noise's expected variance, so
    single items scatter about the asked ratio.

    Args:
        structures: assemblies, densities, or paths of density maps (MRC) and atomic models (PDB,
            mmCIF); names must differ.
        microscope: box, voxel size, tilts and optics.
        seed: with the class name and the index it fixes an item, whatever else is drawn.
        defocus_um: range the defocus is drawn from.
        contrast: ``dark`` turns the signal (and noise) over, as in unprocessed tomograms.
        max_shift_px: each coordinate of the shift is drawn from ``-max`` to ``max``.
        resolution_A: structures have no finer detail than this; two voxels where it is None.

    Raises:
        CryoalError: two structures of one name, none at all, one larger than the box or smaller
            than the resolution, or a range that is not one; or as :func:`as_density`.
    """

    def __init__(
        self,
        structures: Sequence[Structure],
        microscope: Microscope,
        *,
        seed: int,
        defocus_um: tuple[float, float] = (2.0, 4.0),
        contrast: Contrast = "bright",
        max_shift_px: float = 2.0,
        resolution_A: float | None = None,
    ) -> None:
        if not 0 < defocus_um[0] <= defocus_um[1] < math.inf:
            raise CryoalError(f"defocus range {defocus_um} um: give low,high above 0")
        if not max_shift_px >= 0:
            raise CryoalError(f"largest shift of {max_shift_px} px: give 0 or more")
        if seed < 0:
            raise CryoalError(f"seed {seed}: give 0 or more")
        finest_A = 2 * microscope.voxel_size_A
        resolution_A = finest_A if resolution_A is None else resolution_A
        if not resolution_A >= finest_A:
            raise CryoalError(
                f"resolution of {resolution_A:g} Å: give at least two voxels, {finest_A:g} Å"
            )
        self.microscope = microscope
        self.seed = seed
        self.defocus_um = defocus_um
        self.sign = 1.0 if contrast == "bright" else -1.0
        self.max_shift_px = max_shift_px
        self._densities: dict[str, _Prepared] = {}
        for structure in structures:
            density = as_density(structure, microscope.voxel_size_A)
            if density.name in self._densities:
                raise CryoalError(f"two structures are called {density.name!r}; rename one")
            self._check_fits(density, resolution_A)
            self._densities[density.name] = _Prepared(density, microscope, resolution_A)
        if not self._densities:
            raise CryoalError("no structure to simulate; give at least one")

    @property
    def classes(self) -> list[str]:
        """Class names, sorted."""
        return sorted(self._densities)

    def posed(self, name: str, pose: Pose) -> Volume:
        """Density (Z, Y, X) of one class in its box, before the microscope."""
        return self._densities[name].posed(pose)

    def item(self, name: str, index: int, snrs: Sequence[float]) -> list[Subtomogram]:
        """One particle at each of ``snrs``: same pose, defocus and noise, the noise scaled."""
        generator = _generator(self.seed, name, index)
        rotation = Rotation.from_quat(generator.standard_normal(4))  # uniform on the sphere
        shift = generator.uniform(-self.max_shift_px, self.max_shift_px, 3)
        pose = Pose(rotation, shift)
        defocus = float(generator.uniform(*self.defocus_um))
        density = self.posed(name, pose)
        signal = self.microscope.signal(density, defocus)
        noise = self.microscope.noise(generator)
        mask = density > MASK_LEVEL * density.max()
        in_box = float(signal.var())
        items = []
        for snr in snrs:
            level = math.sqrt(in_box / snr / self.microscope.noise_gain)
            scaled = level * noise
            voxels = self.sign * (signal + scaled)
            items.append(
                Subtomogram(
                    voxels=(voxels - voxels.mean()) / voxels.std(),
                    name=name,
                    index=index,
                    pose=pose,
                    defocus_um=defocus,
                    snr=snr,
                    snr_measured=_ratio(in_box, scaled.var()),
                    snr_in_mask=_ratio(signal[mask].var(), scaled[mask].var()),
                )
            )
        return items

    def items(self, per_class: int, snrs: Sequence[float]) -> Iterator[Subtomogram]:
        """All classes in sorted order, ``per_class`` particles each, every SNR of a particle."""
        for name in self.classes:
            for index in range(per_class):
                yield from self.item(name, index, snrs)

    def _check_fits(self, density: Density, resolution_A: float) -> None:
        box_A = self.microscope.box_px * self.microscope.voxel_size_A
        across_A = density.diameter_A()
        needed_A = across_A + 2 * self.max_shift_px * self.microscope.voxel_size_A
        if needed_A > box_A:
            raise CryoalError(
                f"{density.name}: {across_A:.0f} Å across, {needed_A:.0f} Å with its "
                f"shifts, does not fit a box of {box_A:g} Å; use a larger box or voxel"
            )
        if resolution_A > across_A:
            raise CryoalError(
                f"{density.name}: {across_A:.0f} Å across, is lost at a resolution of "
                f"{resolution_A:g} Å; use smaller voxels or a finer resolution"
            )


class _Prepared:
    """A density filtered for the microscope's sampling and ready to be turned."""

    def __init__(self, density: Density, microscope: Microscope, resolution_A: float) -> None:
        self.box_px = microscope.box_px
        self.scale = microscope.voxel_size_A / density.voxel_size_A
        self.centre = density.centre()
        filtered = density.low_passed(resolution_A)
        self.coefficients = ndimage.spline_filter(filtered.voxels, mode="grid-constant")

    def posed(self, pose: Pose) -> Volume:
        """The particle in its box (Z, Y, X), cubic splines, 0 beyond the map."""
        # Output voxel o shows structure point R^-1 (o - middle - shift); xyz reversed is zyx.
        turn_back = pose.rotation.as_matrix().T[::-1, ::-1] * self.scale
        middle = self.box_px // 2 + pose.shift_px[::-1]
        return np.asarray(
            ndimage.affine_transform(
                self.coefficients,
                turn_back,
                offset=self.centre - turn_back @ middle,
                output_shape=(self.box_px,) * 3,
                mode="grid-constant",
                prefilter=False,
            )
        )


def as_density(structure: Structure, voxel_size_A: float) -> Density:
    """The density of an assembly, of an MRC file, of an atomic model, or itself.

    Assemblies and atomic models are sampled for images with voxels of ``voxel_size_A``: twice as
    finely.

    Raises:
        CryoalError: as :func:`~cryoal.simulation.density.read_density` or
            :func:`~cryoal.simulation.potential.density_from_atoms`.
    """
    if isinstance(structure, Assembly):
        return structure.density(voxel_size_A / 2)
    if not isinstance(structure, Path):
        return structure
    if is_atoms_name(structure.name):
        return density_from_atoms(structure, voxel_size_A / 2)
    return read_density(structure)


def simulate_arrays(
    structures: Sequence[Structure],
    *,
    snr: float,
    per_class: int,
    box_px: int,
    voxel_size_A: float,
    seed: int,
    tilt_max_deg: float = 60.0,
    defocus_um: tuple[float, float] = (2.0, 4.0),
    contrast: Contrast = "bright",
    max_shift_px: float = 2.0,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], list[str]]:
    """Subtomograms in memory: volumes (N, Z, Y, X) float32, labels (N,), sorted class names.

    The same items as :func:`cryoal.simulation.pool.simulate_pool` writes, in the same order.

    Raises:
        CryoalError: as :class:`Simulator` and :class:`~cryoal.simulation.microscope.Microscope`.
    """
    simulator = Simulator(
        structures,
        Microscope(box_px, voxel_size_A, tilt_max_deg),
        seed=seed,
        defocus_um=defocus_um,
        contrast=contrast,
        max_shift_px=max_shift_px,
    )
    volumes = np.empty((len(simulator.classes) * per_class, box_px, box_px, box_px), np.float32)
    for position, item in enumerate(simulator.items(per_class, [snr])):
        volumes[position] = item.voxels
    labels = np.repeat(np.arange(len(simulator.classes), dtype=np.int64), per_class)
    return volumes, labels, simulator.classes


def _generator(seed: int, name: str, index: int) -> np.random.Generator:
    digest = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    return np.random.default_rng([seed, digest, index])


def _ratio(signal: float, noise: float) -> float:
    return float(signal / noise) if noise else math.inf
