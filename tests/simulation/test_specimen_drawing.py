from __future__ import annotations

import numpy as np
import pytest
from tomogram_recipes import tiny_recipe

from cryoal.errors import CryoalError
from cryoal.simulation.membrane import HALF_THICKNESS_A
from cryoal.simulation.specimen import Specimen
from cryoal.simulation.specimen_drawing import SpecimenDrawer

FULL = {
    "structures": {"ribosome_70s": 1, "groel": 2},
    "number": 9,
    "size_px": (100, 90, 40),
    "thickness_nm": 70.0,
    "background": 0.03,
    "vesicles": 1,
    "vesicle_radius_nm": (15, 25),
    "gold_beads": 2,
    "ice_lumps": 1,
    "seed": 4,
}


@pytest.fixture(scope="module")
def full() -> Specimen:
    return SpecimenDrawer(tiny_recipe(**FULL)).draw(0)


def test_no_voxel_belongs_to_two_objects(full: Specimen) -> None:
    """Every object's voxels by brute force on the whole grid, from its pose alone."""
    depth, height, width = full.instances.shape
    grid = np.indices((depth, height, width)).transpose(1, 2, 3, 0)[..., ::-1].astype(float)
    count = np.zeros(full.instances.shape, int)
    expected = np.zeros(full.instances.shape, int)
    objects = [*full.particles, *full.vesicles, *full.gold, *full.ice, *full.background]
    for number, one in enumerate(objects, start=1):
        if one in full.vesicles:
            mask = np.abs(one.distance_A(grid)) < HALF_THICKNESS_A
        else:
            mask = np.zeros(full.instances.shape, bool)
            nearest = np.rint(one.place_px).astype(int)
            box = one.template.mask_in_box(one.rotation, one.place_px - nearest, 48)
            for z, y, x in np.argwhere(box) - 24 + nearest[::-1]:
                mask[z, y, x] = True
        count += mask
        expected[mask] = number
    assert count.max() == 1
    np.testing.assert_array_equal(full.instances, expected)


def test_numbers_kinds_and_the_slab(full: Specimen) -> None:
    names = full.names()
    assert names.count("groel") == 6
    assert names.count("ribosome_70s") == 3
    assert names == sorted(names[:9]) + names[9:]
    assert (names.count("vesicle"), names.count("fiducial"), names.count("ice")) == (1, 2, 1)
    in_slab = np.argwhere(full.instances > 0)[:, 0]
    assert in_slab.min() >= 20 - 17
    assert in_slab.max() < 20 + 18
    filled = np.isin(full.instances, 1 + np.flatnonzero(np.array(names) == "background")).sum()
    assert filled / (100 * 90 * 35) == pytest.approx(0.03, rel=0.2)
    for one in full.particles:
        assert (one.place_px[:2] >= 9).all()
        assert (one.place_px[:2] <= [91, 81]).all()


def test_masks_tell_class_and_line(full: Specimen) -> None:
    classes = full.class_mask(["groel", "ribosome_70s"])
    lines = full.occupancy_mask()
    assert set(np.unique(classes)) == {0, 1, 2, 3, 4, 5, 6}
    assert lines.max() == 12
    np.testing.assert_array_equal(np.unique(classes[lines == 7]), [2])
    np.testing.assert_array_equal(np.unique(classes[lines == 10]), [3])
    np.testing.assert_array_equal(np.unique(classes[lines == 0]), [0, 5, 6])
    for number, one in enumerate(full.particles, start=1):
        found = np.argwhere(lines == number).mean(axis=0)[::-1]
        assert np.linalg.norm(found - one.place_px) < 1


def test_orientations_cover_the_sphere_evenly() -> None:
    drawer = SpecimenDrawer(tiny_recipe(number=5))
    axes = np.array(
        [
            one.rotation.apply([0, 0, 1.0])
            for index in range(30)
            for one in drawer.draw(index).particles
        ]
    )
    assert np.linalg.norm(axes.mean(axis=0)) < 0.2
    np.testing.assert_allclose(np.square(axes).mean(axis=0), 1 / 3, atol=0.1)


def test_a_tomograms_specimen_depends_on_seed_and_number_alone() -> None:
    def places(number: int, **changes: object) -> np.ndarray:
        specimen = SpecimenDrawer(tiny_recipe(**changes)).draw(number)
        return np.array([one.place_px for one in specimen.particles])

    np.testing.assert_array_equal(places(2, tomograms=3), places(2, tomograms=9, snrs=[0.1, 1]))
    assert not np.array_equal(places(2), places(1))
    assert not np.array_equal(places(2), places(2, seed=1))


def test_crowding_is_the_share_of_the_slab() -> None:
    recipe = tiny_recipe(number=None, crowding=0.07, structures=["groel"], max_shift_px=0)
    specimen = SpecimenDrawer(recipe).draw(0)
    share = (specimen.instances > 0).sum() / (64 * 56 * 28)
    assert share == pytest.approx(0.07, rel=0.1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"number": 200}, r"only \d+ of 200 particles fit"),
        ({"vesicles": 30, "vesicle_radius_nm": (20, 25)}, r"only \d+ of 30 vesicles fit"),
        ({"thickness_nm": 20.0}, "ribosome_70s: .* the slab is only 200 Å thick"),
        ({"box_px": 12}, "does not fit a box of 12 px"),
        ({"number": 70000}, "at most 65535"),
        (
            {"voxel_size_A": 0.01, "thickness_nm": None},
            "Å is too large for a map with voxels of 0.005",
        ),
        (
            {"voxel_size_A": 500.0, "thickness_nm": None},
            "voxels of 250 Å are larger than its parts",
        ),
        (
            {"voxel_size_A": 70.0, "thickness_nm": None, "structures": ["rubisco"]},
            "rubisco: 1.. Å across, is lost in voxels of 70 Å",
        ),
        ({"structures": ["nowhere.mrc"]}, "nowhere.mrc: is not there"),
        (
            {"thickness_nm": 14.0, "vesicles": 1, "structures": ["rubisco"], "max_shift_px": 0},
            "too thin",
        ),
    ],
)
def test_what_cannot_be_is_told(changes: dict[str, object], message: str) -> None:
    with pytest.raises(CryoalError, match=message):
        SpecimenDrawer(tiny_recipe(**changes)).draw(0)
