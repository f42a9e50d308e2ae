from __future__ import annotations

import numpy as np
import pytest
from tomogram_recipes import tiny_recipe

from cryoal.errors import CryoalError
from cryoal.simulation.boxes import draw_boxes
from cryoal.simulation.specimen_drawing import SpecimenDrawer

RECIPE = tiny_recipe(
    size_px=(120, 110, 40),
    thickness_nm=70.0,
    vesicles=1,
    vesicle_radius_nm=(15, 25),
    gold_beads=2,
    junk_boxes=7,
    seed=6,
)


def test_particles_then_junk_in_turn_each_what_it_says() -> None:
    specimen = SpecimenDrawer(RECIPE).draw(0)
    boxes = draw_boxes(RECIPE, specimen, np.random.default_rng(0))
    assert [box.name for box in boxes] == ["ribosome_70s"] * 4 + ["junk"] * 7
    kinds = ["fiducial", "vesicle", "empty"] * 2 + ["fiducial"]
    assert [box.what for box in boxes[4:]] == kinds
    for one, box in zip(specimen.particles, boxes, strict=False):
        np.testing.assert_allclose(box.pick_px + box.shift_px, one.place_px)
        assert box.rotation is one.rotation
        assert 0 < np.abs(box.shift_px).max() <= 1
    gold = np.array([one.place_px for one in specimen.gold])
    for box in boxes[4:]:
        place = box.pick_px + box.shift_px
        assert (place[:2] >= 10).all()
        assert (place[:2] <= [110, 100]).all()
        if box.what == "fiducial":
            assert np.linalg.norm(gold - place, axis=1).min() < 1e-9
        if box.what == "vesicle":
            assert abs(specimen.vesicles[0].distance_A(place)) < 1
        if box.what == "empty":
            x, y, z = np.rint(place).astype(int)
            assert not specimen.instances[z - 4 : z + 4, y - 4 : y + 4, x - 4 : x + 4].any()


def test_without_gold_and_membranes_junk_is_empty() -> None:
    recipe = tiny_recipe(junk_boxes=2, number=1)
    boxes = draw_boxes(recipe, SpecimenDrawer(recipe).draw(0), np.random.default_rng(0))
    assert [box.what for box in boxes[1:]] == ["empty", "empty"]


def test_no_room_for_junk() -> None:
    recipe = tiny_recipe(junk_boxes=1, size_px=(24, 24, 32), number=1)
    specimen = SpecimenDrawer(recipe).draw(0)
    specimen.instances[:] = 1
    with pytest.raises(CryoalError, match="no room for a box"):
        draw_boxes(recipe, specimen, np.random.default_rng(0))
