from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.simulation.assemblies import BUILTIN, builtin

VOXEL_A = 5.0

# Published outer measures, x, y, z in Å (x and y are alike but for the ring's corners).
PUBLISHED_A = {
    "apoferritin": (120, 120, 120),
    "glutamine_synthetase": (143, 143, 103),
    "groel": (137, 137, 146),
    "proteasome_20s": (113, 113, 148),
    "rubisco": (110, 110, 110),
    "thermosome": (160, 160, 160),
    "gold_bead": (100, 100, 100),
}


@pytest.mark.parametrize("name", PUBLISHED_A)
def test_outer_measures_are_the_published_ones(name: str) -> None:
    inside = np.argwhere(builtin(name).density(VOXEL_A).voxels > 0.5)
    extent_xyz = (np.ptp(inside, axis=0)[::-1] + 1) * VOXEL_A
    np.testing.assert_allclose(extent_xyz, PUBLISHED_A[name], atol=12)


def test_ribosome_is_lopsided_and_20_to_26_nm_long() -> None:
    density = builtin("ribosome_70s").density(VOXEL_A)
    assert 200 < density.diameter_A() < 265
    lower, upper = np.array_split(density.voxels, 2)
    assert lower.sum() > 1.3 * upper.sum()


@pytest.mark.parametrize("name", [n for n, a in BUILTIN.items() if a.symmetry != "C1"])
def test_density_is_unchanged_by_its_point_group_and_by_no_other_turn(name: str) -> None:
    assembly = builtin(name)
    voxels = assembly.density(VOXEL_A).voxels

    def turned(rotation: Rotation) -> float:
        matrix = rotation.as_matrix().T[::-1, ::-1]
        middle = np.array(voxels.shape) // 2
        moved = ndimage.affine_transform(voxels, matrix, offset=middle - matrix @ middle)
        return float(np.corrcoef(moved.ravel(), voxels.ravel())[0, 1])

    operations = assembly.operations()
    assert all(turned(operations[i]) > 0.98 for i in range(1, len(operations), 3))
    assert turned(Rotation.from_euler("xyz", [31, 47, 17], degrees=True)) < 0.95


def test_cavities_are_empty_and_walls_are_full() -> None:
    for name in ("apoferritin", "groel", "proteasome_20s", "thermosome"):
        voxels = builtin(name).density(VOXEL_A).voxels
        middle = voxels.shape[0] // 2
        assert voxels[middle, middle, middle] < 0.1
        assert voxels.max() > 0.9


@pytest.mark.parametrize(("name", "order"), [("groel", 14), ("apoferritin", 24)])
def test_number_of_subunits(name: str, order: int) -> None:
    assembly = builtin(name)
    assert len(assembly.operations()) == order
    assert len(assembly.centres_A()) == len(assembly.radii_A()) == order * len(assembly.beads)


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(CryoalError, match=r"'ribosme'.*ribosome_70s"):
        builtin("ribosme")
