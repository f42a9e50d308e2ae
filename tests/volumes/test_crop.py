"""Boxes against plain slices, and against a function that is known between voxels."""

from __future__ import annotations

import numpy as np
import pytest
from arrays_as_volumes import ArrayVolume
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.volumes.crop import box_reach, crop, lies_inside

SHAPE = (24, 30, 36)


@pytest.fixture(scope="module")
def noise() -> ArrayVolume:
    return ArrayVolume(np.random.default_rng(0).normal(size=SHAPE).astype("f4"))


def wave(z: np.ndarray, y: np.ndarray, x: np.ndarray, period: float = 12.0) -> np.ndarray:
    """Differs along each axis and has no mirror plane."""
    turn = 2 * np.pi / period
    return np.sin(turn * z) + 2 * np.sin(turn * (y + 0.3 * z)) + 3 * np.cos(turn * (x - 0.2 * y))


@pytest.fixture(scope="module")
def waves() -> ArrayVolume:
    return ArrayVolume(wave(*np.indices(SHAPE)).astype("f4"))


@pytest.mark.parametrize("box_px", [1, 2, 5, 6, 9, 12])
def test_whole_voxels_around_voxel_n_over_2(noise, box_px):
    box = crop(noise, np.array([10.2, 12.7, 15.5]), box_px)
    assert box.shape == (box_px,) * 3
    z, y, x = (at - box_px // 2 for at in (10, 13, 16))
    expected = noise.voxels[z : z + box_px, y : y + box_px, x : x + box_px]
    np.testing.assert_array_equal(box, expected)
    assert box[(box_px // 2,) * 3] == noise.voxels[10, 13, 16]


def test_halves_go_up_whatever_their_last_digit(noise):
    boxes = [crop(noise, np.full(3, at), 4) for at in (8.5, 8.5 - 1e-9, 8.5 + 1e-9, 9.0)]
    assert all((box == boxes[0]).all() for box in boxes)


@pytest.mark.parametrize("box_px", [7, 8])
@pytest.mark.parametrize("step", [0.6, 0.999, 1.25, 1.7, 2.0])
def test_another_step_lies_at_the_place_exactly(waves, box_px, step):
    centre = np.array([12.3, 14.65, 17.9])
    box = crop(waves, centre, box_px, step)
    grid = centre[:, None] + (np.arange(box_px) - box_px // 2) * step
    expected = wave(*np.meshgrid(*grid, indexing="ij"))
    # The window takes a little of a wave of 12 voxels, more the wider it is.
    assert np.abs(box - expected).max() < 0.3
    fit = np.linalg.lstsq(expected.reshape(-1, 1), box.ravel(), rcond=None)[0].item()
    assert fit == pytest.approx(1, abs=0.04)
    shifted = wave(*np.meshgrid(*(grid + 0.25), indexing="ij"))
    assert np.abs(box - expected).mean() < 0.2 * np.abs(box - shifted).mean()


def test_what_the_new_grid_cannot_hold_is_gone():
    """A wave of 3 voxels would come out of every second voxel as one of 6."""
    fine = np.cos(2 * np.pi / 3 * np.indices((40, 40, 40))[2])
    box = crop(ArrayVolume(fine.astype("f4")), np.full(3, 20.0), 12, 2.0)
    assert np.abs(box).max() < 0.06 * np.abs(fine[::2, ::2, ::2]).max()


@pytest.mark.parametrize("step", [1.0, 0.8, 1.5])
def test_a_constant_stays(step):
    volume = ArrayVolume(np.full(SHAPE, 7.0, np.float32))
    np.testing.assert_allclose(crop(volume, np.array([1.0, 28.9, 17.0]), 8, step), 7, rtol=1e-5)


@pytest.mark.parametrize("step", [1.0, 1.5])
def test_outside_lies_the_mean_of_the_inside(noise, step):
    box = crop(noise, np.array([1.0, 28.0, 17.0]), 8, step)
    grid = np.array([1.0, 28.0, 17.0])[:, None] + (np.arange(8) - 4) * step
    inside = (grid >= -0.5) & (grid <= np.array(SHAPE)[:, None] - 0.5)
    within = inside[0][:, None, None] & inside[1][:, None] & inside[2]
    assert 0 < within.sum() < 8**3
    np.testing.assert_allclose(box[~within], box[within].mean(), rtol=1e-4, atol=1e-6)
    if step == 1:
        np.testing.assert_array_equal(box[within].reshape(5, 6, 8), noise.voxels[0:5, 24:30, 13:21])


def test_a_box_outside_altogether(noise):
    with pytest.raises(ValueError, match="no voxel of a box"):
        crop(noise, np.array([-9.0, 5.0, 5.0]), 4)


@settings(max_examples=200, deadline=None)
@given(
    centre=st.tuples(*[st.floats(-3, 40)] * 3),
    box_px=st.integers(1, 12),
    step=st.sampled_from([1.0, 0.7, 1.3]),
)
def test_inside_is_where_nothing_is_filled(centre, box_px, step):
    places = np.array([centre])
    low, high = box_reach(places, box_px, step)
    assert high - low == pytest.approx((box_px - 1) * step)
    volume = ArrayVolume(np.ones(SHAPE, np.float32))
    if lies_inside(places, box_px, step, SHAPE)[0]:
        np.testing.assert_allclose(crop(volume, places[0], box_px, step), 1, rtol=1e-5)
        ((first, last),) = volume.reads
        assert (np.array(last) - first <= np.ceil(box_px * step) + 7 * max(1, step)).all()
    else:
        outside = (low < -0.5) | (high > np.array(SHAPE) - 0.5)
        assert outside.any()


def test_the_mean_of_an_even_box_is_half_a_voxel_from_its_centre(waves):
    """Odd and even boxes of one place share the voxel of the particle."""
    odd, even = (crop(waves, np.array([12.0, 13.0, 14.0]), size) for size in (9, 8))
    np.testing.assert_array_equal(odd[:8, :8, :8], even)
