from __future__ import annotations

import math
from pathlib import Path

import pytest
import yaml
from tomogram_recipes import tiny_recipe

from cryoal.errors import CryoalError
from cryoal.simulation.assemblies import builtin
from cryoal.simulation.tomogram_recipe import make_recipe


def test_a_recipe_goes_through_yaml() -> None:
    recipe = tiny_recipe(snrs=[0.05, math.inf], structures=["groel", "maps/b.mrc.gz"]).resolved()
    again = make_recipe(yaml.safe_load(recipe.to_yaml()), "again")
    assert again == recipe
    assert again.resolved() == recipe


def test_what_is_left_open_is_filled_in() -> None:
    recipe = tiny_recipe(thickness_nm=None, structures=["rubisco", "maps/a.b.mrc"]).resolved()
    assert recipe.thickness_nm == pytest.approx(0.8 * 64, abs=1)
    assert recipe.slab_px() == round(recipe.thickness_nm / 2)
    path = Path("maps/a.b.mrc").resolve()
    assert recipe.structures == {"rubisco": 1.0, str(path): 1.0}
    assert recipe.kinds() == [("a.b", path, 1.0), ("rubisco", builtin("rubisco"), 1.0)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"unknown": 1}, "test: unknown: Extra inputs"),
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
    ],
)
def test_recipes_that_cannot_be(changes: dict[str, object], message: str) -> None:
    with pytest.raises(CryoalError, match=message) as caught:
        tiny_recipe(**changes)
    assert "\n" not in str(caught.value)


def test_all_faults_are_told_in_one_line() -> None:
    with pytest.raises(CryoalError, match=r"snrs: .*; seed: "):
        tiny_recipe(seed=-1, snrs=[0])
