"""Coordinates in the wrong unit are told with the one that fits."""

from __future__ import annotations

import numpy as np
import pytest
from hand_made_picks import picks_of

from cryoal.errors import CryoalError
from cryoal.io.picks import Frame, Picks, TomogramGeometry
from cryoal.pools.pick_units import place_picks, refuse_other_binning, refuse_wrong_units

SIZE = (400, 380, 150)
VOXELS = np.random.default_rng(0).uniform(0.05, 0.95, (40, 3)) * SIZE
TOMOGRAM = {"T": TomogramGeometry(SIZE, 10.0, 2.5)}


def picks(positions: np.ndarray, frame: Frame = Frame.VOXELS, **more: object) -> Picks:
    return picks_of(["T"] * len(positions), positions, frame, **more)


@pytest.mark.parametrize("frame", list(Frame))
def test_right_units_pass(frame):
    back = {
        Frame.VOXELS: VOXELS,
        Frame.CORNER_A: VOXELS * 10,
        Frame.CENTRED_A: (VOXELS - np.array(SIZE) / 2) * 10,
        Frame.UNBINNED_PX: VOXELS * 4,
        Frame.CENTRED_UNBINNED_PX: (VOXELS - np.array(SIZE) // 2) * 4,
    }
    placed = place_picks(picks(back[frame], frame), TOMOGRAM)
    refuse_wrong_units(placed)
    assert refuse_other_binning(placed, {}) == []
    np.testing.assert_allclose(placed.places_px, VOXELS)


FROM_CORNER = "Angstrom from the middle of the tomogram's first voxel"


@pytest.mark.parametrize(
    ("positions", "frame", "unit"),
    [
        (VOXELS * 10, Frame.VOXELS, FROM_CORNER),
        ((VOXELS - np.array(SIZE) / 2) * 10, Frame.VOXELS, "Angstrom from the tomogram's centre"),
        (VOXELS * 4, Frame.VOXELS, "pixels of the unbinned tilt series, 0 at the tomogram's first"),
        (VOXELS * 2, Frame.VOXELS, "voxels 2 times smaller than the tomogram's"),
        (VOXELS / 2 + np.array(SIZE) / 2, Frame.UNBINNED_PX, "voxels of the tomogram, 0 at the"),
        (VOXELS * 10, Frame.CENTRED_A, FROM_CORNER),
    ],
)
def test_wrong_units_are_told(positions, frame, unit):
    unbinned_A = 40.0 if frame is Frame.UNBINNED_PX else 2.5
    tomogram = {"T": TomogramGeometry(SIZE, 10.0, unbinned_A)}
    placed = place_picks(picks(positions, frame), tomogram)
    with pytest.raises(CryoalError, match=unit) as caught:
        refuse_wrong_units(placed)
    assert str(caught.value).startswith("list.star, line ")
    assert "\n" not in str(caught.value)


def test_what_fits_in_no_unit():
    placed = place_picks(picks(VOXELS * 1000), TOMOGRAM)
    with pytest.raises(CryoalError, match="no other unit fits either"):
        refuse_wrong_units(placed)


def test_a_few_outside_are_not_a_wrong_unit():
    some = VOXELS.copy()
    some[:10] += 1000
    placed = place_picks(picks(some), TOMOGRAM)
    refuse_wrong_units(placed)
    assert placed.outside().tolist() == [True] * 10 + [False] * 30


def test_an_unknown_pixel_of_the_tilt_series():
    with pytest.raises(CryoalError, match=r"line 1: .* add rlnTomoTiltSeriesPixelSize"):
        place_picks(picks(VOXELS, Frame.UNBINNED_PX), {"T": TomogramGeometry(SIZE, 10.0)})


def test_voxels_of_another_size():
    stated = np.full(40, 5.0)
    with pytest.raises(CryoalError, match="line 1: coordinates count voxels of 5 A, but those of"):
        place_picks(picks(VOXELS, voxel_size_A=stated), TOMOGRAM)
    place_picks(picks(VOXELS, voxel_size_A=np.full(40, 10.05)), TOMOGRAM)


@pytest.mark.parametrize("factor", [0.5, 2.0, 1.3])
def test_tomograms_of_another_binning(factor):
    stated = {"T": tuple(4 * length * factor for length in SIZE)}
    placed = place_picks(picks(VOXELS, unbinned_sizes_px=stated), TOMOGRAM)
    with pytest.raises(CryoalError, match=rf"a\.mrc: .* of {10 * factor:.4g} A, state that"):
        refuse_other_binning(placed, {"T": "a.mrc"})


def test_tomograms_of_another_height_are_told():
    placed = place_picks(picks(VOXELS, unbinned_sizes_px={"T": (1600, 1520, 1200)}), TOMOGRAM)
    (warning,) = refuse_other_binning(placed, {"T": "a.mrc"})
    assert warning == (
        "a.mrc: 400 x 380 x 150 voxels of 10 A, but by the list tomogram 'T' has "
        "400 x 380 x 300 such"
    )


def test_all_in_one_corner_is_told():
    placed = place_picks(picks(VOXELS / 4), TOMOGRAM)
    (warning,) = refuse_other_binning(placed, {})
    assert warning.startswith("all 40 particles lie in the first 24 % of their tomograms")
    assert refuse_other_binning(place_picks(picks(VOXELS[:9] / 4), TOMOGRAM), {}) == []
