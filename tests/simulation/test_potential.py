from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from atom_files import Atom, biomt, carbon_ball, write_pdb
from map_alignment import best_correlation

from cryoal.errors import CryoalError
from cryoal.simulation.density import Density, read_density
from cryoal.simulation.potential import VOLTS, density_from_atoms, ice_A2

# As printed in Peng et al. 1996: a (Å) and b (Å^2) of exp(-b k^2 / 4).
PENG = {
    "C": ((0.0893, 0.2563, 0.7570, 1.0487, 0.3575), (0.2465, 1.7100, 6.4094, 18.6113, 50.2523)),
    "N": ((0.1022, 0.3219, 0.7982, 0.8197, 0.1715), (0.2451, 1.7481, 6.1925, 17.3894, 48.1431)),
    "O": ((0.0974, 0.2921, 0.6910, 0.6990, 0.2039), (0.2067, 1.3815, 4.6943, 12.7105, 32.4726)),
    "P": ((0.2548, 0.6106, 1.4541, 2.3204, 0.8477), (0.2908, 1.8740, 8.5176, 24.3434, 63.2996)),
    "S": ((0.2497, 0.5628, 1.3899, 2.1865, 0.7715), (0.2681, 1.6711, 7.0267, 19.5377, 50.3888)),
}
H_AT_0 = 0.5288
DISPLACED_A3 = {"C": 16.44, "N": 2.49, "O": 9.13, "P": 5.73, "S": 19.86}
VOLT_A2 = 47.87801
ICE_V = VOLT_A2 * (2 * H_AT_0 + 1.9834) * 0.93 / 18.015 / 1.66054

STRUCTURES = ["1bxn", "1qvr", "1s3x", "1u6g", "2cg9", "3cf3", "3d2f", "3gl1", "3h84", "3qm1"]


def random_atoms(count: int, seed: int) -> list[Atom]:
    rng = np.random.default_rng(seed)
    places = np.round(rng.uniform(-18, 18, (count, 3)) * [1.0, 0.7, 1.3], 3)
    elements = rng.choice(list(PENG), count, p=[0.5, 0.2, 0.2, 0.05, 0.05])
    return [
        (element, f" {element}1 ", "ALA", place)
        for element, place in zip(elements, places.tolist(), strict=True)
    ]


def summed_directly(atoms: list[Atom], k: np.ndarray) -> np.ndarray:
    """Structure factors, V Å^3, at ``k`` (n, 3) xyz, about the middle of the atoms' extent."""
    places = np.array([place for *_, place in atoms])
    middle = (places.min(axis=0) + places.max(axis=0)) / 2
    k2 = np.square(k).sum(axis=1)
    total = np.zeros(len(k), complex)
    for (element, *_), place in zip(atoms, places - middle, strict=True):
        a, b = (np.array(column)[:, None] for column in PENG[element])
        scattering = (a * np.exp(-b * k2 / 4)).sum(axis=0) * VOLT_A2
        volume = DISPLACED_A3[element]
        ice = ICE_V * volume * np.exp(-np.pi * k2 * volume ** (2 / 3))
        total += (scattering - ice) * np.exp(-2j * np.pi * k @ place)
    return total


@pytest.mark.parametrize("voxel_size_A", [1.5, 2.3, 4.0, 6.0])
@pytest.mark.parametrize("seed", [0, 1])
def test_transform_of_the_map_is_the_direct_sum_over_atoms(
    tmp_path: Path, voxel_size_A: float, seed: int
) -> None:
    atoms = random_atoms(60, seed)
    path = write_pdb(tmp_path / "random.pdb", atoms)
    voxels = density_from_atoms(path, voxel_size_A).voxels
    axes = [np.fft.fftfreq(n, voxel_size_A) for n in voxels.shape]
    k = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)[..., ::-1].reshape(-1, 3)
    length = np.linalg.norm(k, axis=1)
    is_whole = length <= 1 / (4 * voxel_size_A)
    origin = np.array(voxels.shape[::-1]) // 2 * voxel_size_A
    spectrum = np.fft.fftn(voxels).ravel() * np.exp(2j * np.pi * k @ origin) * voxel_size_A**3
    expected = summed_directly(atoms, k[is_whole])
    difference = np.abs(spectrum[is_whole] - expected)
    assert np.sqrt(np.mean(difference**2) / np.mean(np.abs(expected) ** 2)) < 1e-4
    assert np.abs(spectrum[length > 1 / (3.2 * voxel_size_A)]).max() < 1e-6 * np.abs(spectrum).max()


def test_ice_has_the_published_potential() -> None:
    """4.53 V: Vulović et al. 2013, J. Struct. Biol. 183:19."""
    assert ice_A2() * VOLTS == pytest.approx(4.53, abs=0.01)
    assert pytest.approx(4.53, abs=0.01) == ICE_V


def test_protein_stands_out_from_ice_by_a_few_volts(tmp_path: Path) -> None:
    """A ball of carbons, 24.5 Å^3 for each and its hydrogens, as in protein."""
    radius_A = 30.0
    count = round(4 / 3 * np.pi * radius_A**3 / 24.5)
    density = density_from_atoms(write_pdb(tmp_path / "b.pdb", carbon_ball(radius_A, count)), 4.0)
    z, y, x = (np.arange(n) - n // 2 for n in density.voxels.shape)
    radius = 4.0 * np.sqrt(z[:, None, None] ** 2 + y[:, None] ** 2 + x**2)
    expected = (sum(PENG["C"][0]) * VOLT_A2 - 16.44 * ICE_V) / 24.5
    assert density.voxels[radius < 22].mean() == pytest.approx(expected, rel=0.15)
    assert density.voxels[radius > 48].std() < 0.04


def test_where_the_crystal_lay_and_how_it_shook_do_not_matter(tmp_path: Path) -> None:
    atoms = random_atoms(40, 3)
    moved = [(*rest, (x + 1000, y - 300, z + 7)) for *rest, (x, y, z) in atoms]
    here = write_pdb(tmp_path / "here.pdb", atoms)
    there = write_pdb(tmp_path / "there.pdb", moved)
    text = there.read_text()
    assert "  1.00 20.00" in text
    cell = "CRYST1 9999.000    1.000    1.000  90.00  90.00  90.00 P 43 21 2"
    there.write_text(f"{cell}\n" + text.replace("  1.00 20.00", "  0.00999.00"))
    expected = density_from_atoms(here, 3.0).voxels
    found = density_from_atoms(there, 3.0).voxels
    np.testing.assert_allclose(found, expected, atol=1e-4 * expected.max())


def test_a_metal_ion_scatters_as_its_element(tmp_path: Path) -> None:
    ion: Atom = ("ZN", "ZN  ", "ZN", (0.0, 0.0, 0.0))
    density = density_from_atoms(write_pdb(tmp_path / "zn.pdb", [ion]), 3.0)
    assert density.voxels.sum() * 27 == pytest.approx(6.0634 * VOLT_A2 - 9.0 * ICE_V, rel=2e-3)


@pytest.mark.parametrize(
    ("far", "voxel_size_A"), [((9e5, 0.0, 0.0), 5.0), ((4e3, 4e3, 4e3), 5.0), ((90.0,) * 3, 0.01)]
)
def test_a_map_that_would_fill_the_memory_is_refused(
    tmp_path: Path, far: tuple[float, float, float], voxel_size_A: float
) -> None:
    units = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    records = biomt((units, (0, 0, 0)), (units, far))
    path = write_pdb(tmp_path / "wide.pdb", random_atoms(5, 0), before=records)
    with pytest.raises(CryoalError, match=r"wide\.pdb: .* is too large for a map with voxels of"):
        density_from_atoms(path, voxel_size_A)


def deposited(source: Path, folder: Path) -> Path:
    """The file without its assemblies."""
    lines = source.read_text().splitlines(keepends=True)
    path = folder / source.name
    path.write_text("".join(line for line in lines if not line.startswith("REMARK 350")))
    return path


@pytest.mark.parametrize("name", STRUCTURES)
def test_maps_agree_with_ready_made_templates(tmp_path: Path, data_folder: Path, name: str) -> None:
    """PolNet's templates are of what was deposited, in the same orientation, at 10 Å voxels."""
    template = read_density(data_folder / "templates" / f"{name}.mrc")
    made = density_from_atoms(deposited(data_folder / "structures" / f"{name}.pdb", tmp_path), 5.0)
    mirrored = Density(name, made.voxels[::-1], made.voxel_size_A)
    likeness = best_correlation(made, template, 20.0)
    assert likeness > 0.95
    assert best_correlation(made, template, 30.0) > 0.98
    assert best_correlation(mirrored, template, 20.0) < likeness - 0.03


def test_assemblies_of_real_structures(tmp_path: Path, data_folder: Path) -> None:
    rubisco = data_folder / "structures" / "1bxn.pdb"
    whole, half = (density_from_atoms(p, 5.0) for p in (rubisco, deposited(rubisco, tmp_path)))
    assert whole.voxels.sum() == pytest.approx(2 * half.voxels.sum(), rel=1e-3)
    assert whole.diameter_A() == pytest.approx(130, abs=5)  # L8S8, about 11 x 11 x 13 nm
    # A quarter turn about the fourfold axis leaves it as it is.
    assert best_correlation(whole, read_density(data_folder / "templates/1bxn.mrc"), 20.0) < 0.9


def test_a_virus_like_particle_is_a_shell_of_32_nm(data_folder: Path) -> None:
    shell = density_from_atoms(data_folder / "structures" / "4yvs.cif", 10.0)
    assert shell.diameter_A() == pytest.approx(320, abs=15)
    z, y, x = (np.arange(n) - c for n, c in zip(shell.voxels.shape, shell.centre(), strict=True))
    radius = 10.0 * np.sqrt(z[:, None, None] ** 2 + y[:, None] ** 2 + x**2)
    assert shell.voxels[(radius > 125) & (radius < 145)].mean() > 1.5
    assert np.abs(shell.voxels[radius < 60].mean()) < 0.1
