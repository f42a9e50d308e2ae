from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import Any

import mrcfile
import numpy as np
import pytest
import yaml
from atom_files import carbon_ball, write_pdb

from cryoal.errors import CryoalError
from cryoal.simulation.assemblies import BUILTIN
from cryoal.simulation.particle_recipe import ParticleRecipe, resolve_recipe

NEEDED: dict[str, Any] = {
    "builtin": ["groel"],
    "snrs": [0.1],
    "per_class": 2,
    "box_px": 24,
    "voxel_size_A": 10.0,
}


def resolve(folder: Path, **changes: object) -> ParticleRecipe:
    return resolve_recipe(NEEDED | changes, folder, "here")


def write_ball(path: Path) -> Path:
    return write_pdb(path, carbon_ball(20.0, 300))


def write_map(path: Path) -> Path:
    with mrcfile.new(path) as file:
        file.set_data(np.eye(12, dtype=np.float32)[None].repeat(12, axis=0))
        file.voxel_size = 8.0
    return path


def test_what_is_left_out_is_filled_in(tmp_path: Path) -> None:
    recipe = resolve(tmp_path, snrs=[0.1, math.inf], voxel_size_A=7.5)
    assert recipe.per_class == (2, 2)
    assert recipe.resolution_A == 15.0
    assert recipe.counts == {0.1: 2, math.inf: 2}
    assert resolve(tmp_path, resolution_A=33).resolution_A == 33.0
    assert resolve(tmp_path, builtin="all").builtin == tuple(BUILTIN)


def test_written_and_read_again_it_is_the_same(tmp_path: Path) -> None:
    write_ball(tmp_path / "ball.pdb")
    recipe = resolve(
        tmp_path,
        structures=["ball.pdb"],
        snrs=[0.1, math.inf],
        voxel_size_A=1e1 / 3,
        defocus_um=[1e-5, 3],
    )
    again = resolve_recipe(yaml.safe_load(recipe.to_yaml()), Path("/elsewhere"), "there")
    assert again == recipe
    assert again.to_yaml() == recipe.to_yaml()


def test_the_simulator_is_set_up_as_the_recipe_says(tmp_path: Path) -> None:
    changes = {"tilt_max_deg": 40, "tilt_step_deg": 2, "cs_mm": 0.1, "voltage_kV": 200}
    simulator = resolve(tmp_path, **changes, amplitude_contrast=0.1, seed=7).simulator()
    scope = simulator.microscope
    assert (scope.box_px, scope.voxel_size_A, len(scope.tilts_deg)) == (24, 10.0, 41)
    assert (scope.cs_mm, scope.voltage_kV, scope.amplitude_contrast) == (0.1, 200, 0.1)
    assert simulator.seed == 7


def test_a_coarser_resolution_blurs_the_particles(tmp_path: Path) -> None:
    sharp, blurred = (
        resolve(tmp_path, resolution_A=finest).simulator().item("groel", 0, [math.inf])[0]
        for finest in (20.0, 60.0)
    )
    powers = [np.abs(np.fft.fftn(item.voxels)) ** 2 for item in (sharp, blurred)]
    frequency = np.fft.fftfreq(24, 10.0)
    length = np.sqrt(sum(np.square(np.meshgrid(*[frequency] * 3, indexing="ij"))))
    is_fine = length > 1 / 50
    assert powers[1][is_fine].sum() / powers[1].sum() < 0.1 * (
        powers[0][is_fine].sum() / powers[0].sum()
    )


def test_folders_may_mix_atoms_and_maps(tmp_path: Path) -> None:
    folder = tmp_path / "structures"
    folder.mkdir()
    write_ball(folder / "ball.pdb")
    write_map(folder / "map.mrc")
    (folder / "notes.txt").write_text("neither")
    recipe = resolve(tmp_path, structures=["structures"], builtin=[], box_px=32)
    assert [Path(file.path).name for file in recipe.structures] == ["ball.pdb", "map.mrc"]
    assert recipe.structures[0].path == str(folder / "ball.pdb")
    digest = hashlib.sha256((folder / "ball.pdb").read_bytes()).hexdigest()
    assert recipe.structures[0].sha256 == digest
    assert recipe.simulator().classes == ["ball", "map"]


def test_a_structure_that_changed_is_named(tmp_path: Path) -> None:
    ball, other = write_ball(tmp_path / "ball.pdb"), write_map(tmp_path / "map.mrc")
    values = resolve(tmp_path, structures=[str(other), str(ball)]).model_dump()
    assert resolve_recipe(values, tmp_path, "again").structures
    ball.write_text(ball.read_text() + "\n")
    with pytest.raises(CryoalError, match=r"ball\.pdb: is not the structure that again was made"):
        resolve_recipe(values, tmp_path, "again")


@pytest.mark.parametrize(
    ("names", "sources"),
    [
        (["a/ball.pdb", "b/ball.mrc"], r"a/ball\.pdb and .*b/ball\.mrc"),
        (["a/ball.pdb", "a/ball.pdb"], r"a/ball\.pdb and .*a/ball\.pdb"),
        (["a/groel.pdb"], r"a/groel\.pdb and the built-in groel"),
    ],
)
def test_two_structures_of_one_name_clash(tmp_path: Path, names: list[str], sources: str) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    for name in dict.fromkeys(names):
        (write_ball if name.endswith("pdb") else write_map)(tmp_path / name)
    with pytest.raises(CryoalError, match=rf"two structures are called.*{sources}"):
        resolve(tmp_path, structures=names)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"builtin": None}, "no structure to simulate; give --structures or --builtin"),
        ({"snrs": None, "box_px": None}, "snrs, box_px missing; give --snr, --box"),
        ({"voxel_size_A": None}, "voxel_size_A missing; give --voxel"),
        ({"per_class": None}, "per_class missing; give --per-class"),
        ({"snrs": []}, "no SNR"),
        ({"snrs": 0.1}, "snrs"),
        ({"snrs": [math.nan]}, "SNR nan"),
        ({"snrs": ["loud"]}, r"snrs\.0: "),
        ({"per_class": [1, 2]}, "2 numbers of particles for 1 SNRs"),
        ({"per_class": [0]}, "at least 1"),
        ({"per_class": [2.5]}, r"per_class\.0: "),
        ({"box_px": 4}, "box_px"),
        ({"box_px": 10**6}, "box_px"),
        ({"voxel_size_A": math.inf}, "voxel_size_A"),
        ({"voxel_size_A": "wide"}, "voxel_size_A"),
        ({"seed": -1}, "seed"),
        ({"tilt_max_deg": 95}, "tilt_max_deg"),
        ({"defocus_um": [1, 2, 3]}, "defocus_um"),
        ({"contrast": "grey"}, "contrast"),
        ({"colour": "red"}, "colour: no such setting"),
        ({"kind": "tomograms"}, "kind"),
        ({"builtin": ["ribosme"]}, "no built-in assembly 'ribosme'"),
        ({"builtin": "groel"}, "builtin"),
        ({"structures": "one.pdb"}, "structures: give a list"),
        ({"structures": [3]}, "3 is no path"),
        ({"structures": [{"path": "one.pdb", "hash": "x"}]}, "is no path, nor path and sha256"),
        ({"structures": ["absent.pdb"]}, r"absent\.pdb: cannot be read \(No such file"),
        ({"structures": ["a\0b.pdb"]}, r"cannot be read \(embedded null"),
        ({"structures": ["."]}, "no density map .* or atomic model .* in this folder"),
    ],
)
def test_mistakes_are_told_in_one_line(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(CryoalError, match=message) as caught:
        resolve(tmp_path, **changes)
    assert len(str(caught.value).splitlines()) == 1


def test_a_name_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    write_ball(tmp_path / "two\nlines.pdb")
    with pytest.raises(CryoalError, match=r"cannot be a folder's name; rename the file"):
        resolve(tmp_path, structures=["two\nlines.pdb"])


def test_a_resolution_that_the_voxels_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CryoalError, match="resolution of 15 Å: give at least two voxels, 20 Å"):
        resolve(tmp_path, resolution_A=15).simulator()
