from __future__ import annotations

import hashlib
import math
from pathlib import Path

import pytest
import yaml
from tomogram_recipes import tiny_recipe

from cryoal.errors import CryoalError
from cryoal.simulation.assemblies import builtin
from cryoal.simulation.tomogram_recipe import make_recipe


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    folder = tmp_path / "maps"
    folder.mkdir()
    (folder / "a.b.mrc").write_bytes(b"one")
    return folder


def test_a_recipe_goes_through_yaml(maps: Path) -> None:
    recipe = tiny_recipe(snrs=[0.05, math.inf], structures=["groel", f"{maps}/a.b.mrc"]).resolved()
    again = make_recipe(yaml.safe_load(recipe.to_yaml()), "again")
    assert again == recipe
    assert again.resolved() == recipe


def test_what_is_left_open_is_filled_in(maps: Path) -> None:
    values = {"structures": ["rubisco", "maps/a.b.mrc"], "number": 1, "size_px": (64, 64, 32)}
    recipe = make_recipe(values, "test", folder=maps.parent).resolved()
    assert recipe.thickness_nm == pytest.approx(0.8 * 32, abs=0.5)
    assert recipe.slab_px() == round(recipe.thickness_nm)
    path = maps / "a.b.mrc"
    assert recipe.structures == {"rubisco": 1.0, str(path): 1.0}
    assert recipe.kinds() == [("a.b", path, 1.0), ("rubisco", builtin("rubisco"), 1.0)]
    assert recipe.sha256 == {str(path): hashlib.sha256(b"one").hexdigest()}
    assert recipe.version


def test_a_structure_that_changed_is_noticed(maps: Path) -> None:
    recipe = tiny_recipe(structures=[f"{maps}/a.b.mrc"]).resolved()
    (maps / "a.b.mrc").write_bytes(b"two")
    with pytest.raises(CryoalError, match=r"a\.b\.mrc: is not the file"):
        recipe.resolved()
    (maps / "a.b.mrc").unlink()
    with pytest.raises(CryoalError, match=r"a\.b\.mrc: cannot be read"):
        recipe.resolved()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"unknown": 1}, "test: unknown: no such setting"),
        ({"snrs": [0]}, "snrs: SNR 0.0: expected a number above 0"),
        ({"snrs": [-0.1]}, "snrs: SNR -0.1"),
        ({"snrs": [0.1, 0.1]}, "none twice"),
        ({"snrs": []}, "at least one"),
        ({"tilts": {"step_deg": 0}}, "tilts.step_deg: Input should be greater than 0"),
        ({"crowding": 0.1}, "either number or crowding"),
        ({"number": None}, "either number or crowding"),
        ({"structures": []}, "structures"),
        ({"structures": ["groel", "groel"]}, "given twice"),
        ({"structures": {"groel": 0}}, "groel: share 0"),
        ({"structures": ["a/x.mrc", "b/x.map"]}, "one name"),
        ({"structures": ["a b.mrc"]}, "'a b' cannot be the name of a class"),
        ({"structures": ["junk.mrc"]}, "'junk' cannot"),
        ({"box_px": 21}, "even"),
        ({"box_px": 60}, "smaller than a box"),
        ({"thickness_nm": 70.0}, "the tomogram is 64 nm high"),
        ({"vesicle_radius_nm": (30, 20)}, "low, high"),
        ({"optics": {"defocus_um": (0, 1)}}, "optics.defocus_um"),
        ({"voxel_size_A": math.inf}, "voxel_size_A: Input should be a finite number"),
        ({"max_shift_px": math.nan}, "max_shift_px: Input should be a finite number"),
        ({"size_px": (9999, 9999, 9999)}, "more than 2147483648 voxels; give a smaller size"),
        ({"vesicles": 1, "vesicle_radius_nm": (30, 1e6)}, "1e.06: give at most 2189"),
    ],
)
def test_recipes_that_cannot_be(changes: dict[str, object], message: str) -> None:
    with pytest.raises(CryoalError, match=message) as caught:
        tiny_recipe(**changes)
    assert "\n" not in str(caught.value)


def test_all_faults_are_told_in_one_line() -> None:
    with pytest.raises(CryoalError, match=r"snrs: .*; seed: "):
        tiny_recipe(seed=-1, snrs=[0])
