"""The electrostatic potential of an atomic model in ice, at low resolution.

Atoms scatter as isolated neutral ones: five Gaussians each (International Tables C, 4.3.2.2;
Peng et al. 1996, Acta Cryst. A52:257), summed by gemmi's ``DensityCalculatorE``. The solvent
that an atom displaces is a Gaussian of that atom's volume (Fraser, MacRae & Suzuki 1978,
J. Appl. Cryst. 11:693; volumes as in CRYSOL, Svergun et al. 1995, ibid. 28:768), filled with the
mean potential of vitreous ice. It needs no solvent mask, so the grid is only as fine as the
resolution asks. Hydrogens are left out with the room they take: one scatters 25 V Å^3 and
displaces ice of 23 V Å^3, so that with them a protein would stand out by 4 % more.

Why gemmi and not ttsim3d: it also builds biological assemblies, runs without torch, and 300,000
atoms take seconds; what ttsim3d adds (dose weighting, fine detail) lies beyond the resolution
here.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import gemmi
import numpy as np
from scipy import fft

from cryoal.errors import CryoalError
from cryoal.simulation.atoms import positions_A, read_atoms
from cryoal.simulation.density import (
    LARGEST_MAP,
    Density,
    Volume,
    class_name,
    frequencies,
    low_pass,
)

# h^2 / (2 pi m e): volts of a potential from the form factors, Å, in a volume of 1 Å^3.
VOLTS = 47.87801
# Displaced volumes, Å^3; for all others, nearly all of them metal ions, their usual one.
VOLUMES_A3 = {"C": 16.44, "N": 2.49, "O": 9.13, "P": 5.73, "S": 19.86}
OTHER_VOLUME_A3 = 9.0
# Molecules in 1 Å^3 of vitreous ice of 0.93 g/cm^3.
ICE_PER_A3 = 0.93 * 0.60221 / 18.015

# Standard deviation of the blur under which atoms are sampled: with it, what lies beyond the grid's
# frequencies folds back by about 1e-4 of what it falls on, up to a detail of four voxels.
_BLUR_VOXELS = 0.95
# Density, times a voxel's volume, below which an atom is left out: about 1e-5 of its peak.
_CUTOFF_A = 1e-6
_FINEST_VOXELS = 3.2
_MARGIN_VOXELS = 8


@cache
def ice_A2() -> float:
    """Scattering of vitreous ice, form factor per volume, Å^-2; times ``VOLTS`` 4.53 V."""
    hydrogen, oxygen = (float(sum(gemmi.Element(name).c4322.a)) for name in "HO")
    return ICE_PER_A3 * (2 * hydrogen + oxygen)


def density_from_atoms(path: Path, voxel_size_A: float) -> Density:
    """The potential, V, of a PDB or mmCIF file's first biological assembly, above that of ice.

    The middle of the atoms' extent lies at voxel ``n // 2`` of each axis. Detail down to four
    voxels is whole (to 1e-4 of a direct sum over the atoms), and finer than 3.2 voxels there is
    none; the simulator asks for half its own voxels. B factors and occupancies, the crystal's,
    are left out. The class takes the file's name without its endings.

    Raises:
        CryoalError: as :func:`cryoal.simulation.atoms.read_atoms`; or the map would have more
            than 2^26 voxels, or the whole scatters less than the ice it displaces.
    """
    model = read_atoms(path)
    shape = _centred(path, model, voxel_size_A)
    blur_A2 = 8 * np.pi**2 * (_BLUR_VOXELS * voxel_size_A) ** 2
    scattering = _blurred_scattering(model, shape, voxel_size_A, blur_A2)
    voxels = VOLTS * _sharpened(scattering, voxel_size_A, blur_A2)
    if voxels.sum() <= 0:
        raise CryoalError(f"{path}: scatters less than the ice it displaces; nothing to simulate")
    return Density(class_name(path), voxels, voxel_size_A)


def _centred(path: Path, model: gemmi.Model, voxel_size_A: float) -> list[int]:
    """Move the atoms to the middle of a box that holds them; its voxels along x, y, z."""
    places = positions_A(model)
    low, high = places.min(axis=0), places.max(axis=0)
    extents = (high - low) / voxel_size_A + 2 * _MARGIN_VOXELS
    if not math.prod(extents.tolist()) <= LARGEST_MAP:
        lengths = " x ".join(f"{length:.0f}" for length in high - low)
        raise CryoalError(
            f"{path}: {lengths} Å is too large for a map with voxels of {voxel_size_A:g} Å; use "
            "larger voxels, or remove atoms that lie far away"
        )
    shape = [fft.next_fast_len(math.ceil(extent)) for extent in extents]
    shift = np.array(shape) // 2 * voxel_size_A - (low + high) / 2
    model.transform_pos_and_adp(gemmi.Transform(gemmi.Mat33(), gemmi.Vec3(*shift.tolist())))
    return shape


def _blurred_scattering(
    model: gemmi.Model, shape: list[int], voxel_size_A: float, blur_A2: float
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Atoms less displaced ice, Å^-2, (Z, Y, X), all blurred by a B factor; ``shape`` is xyz."""
    calculator = gemmi.DensityCalculatorE()
    calculator.blur = blur_A2
    calculator.cutoff = _CUTOFF_A / voxel_size_A**3
    a, b, c = (n * voxel_size_A for n in shape)
    calculator.grid.set_unit_cell(gemmi.UnitCell(a, b, c, 90, 90, 90))
    calculator.grid.spacegroup = gemmi.SpaceGroup("P 1")
    calculator.grid.set_size(*shape)
    still = gemmi.SMat33f(0, 0, 0, 0, 0, 0)
    for place in model.all():
        atom = place.atom
        atom.occ, atom.b_iso, atom.aniso = 1, 0, still
        calculator.add_atom_density_to_grid(atom)
        volume = VOLUMES_A3.get(atom.element.name, OTHER_VOLUME_A3)
        atom.b_iso = 4 * math.pi * volume ** (2 / 3)
        calculator.add_c_contribution_to_grid(atom, -ice_A2() * volume)
    return np.array(calculator.grid.array.T, np.float32, order="C")


def _sharpened(
    blurred: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    voxel_size_A: float,
    blur_A2: float,
) -> Volume:
    """Take the blur back, and what is too fine for the voxels out."""
    frequency = frequencies(blurred.shape, voxel_size_A)
    finest_A = _FINEST_VOXELS * voxel_size_A
    weight = low_pass(frequency, finest_A)
    weight *= np.exp(blur_A2 / 4 * np.square(np.minimum(frequency, 1 / finest_A)))
    spectrum = fft.rfftn(blurred)
    spectrum *= weight
    return fft.irfftn(spectrum, s=blurred.shape, overwrite_x=True).astype(np.float64)
