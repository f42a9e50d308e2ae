from __future__ import annotations

import display  # noqa: F401
import numpy as np
import pytest

from cryoal.napari_plugin.display_settings import DisplaySettings
from cryoal.napari_plugin.pictures import (
    centre,
    grey_bytes,
    limits,
    middle_slab,
    oblique,
    slabs,
    smoothed,
)

VOLUME = np.random.default_rng(0).standard_normal((7, 8, 9)).astype(np.float32)


def test_slabs_are_means_along_each_axis() -> None:
    yx, yz, zx = slabs(VOLUME, (3, 4, 5), 3)
    np.testing.assert_allclose(yx, VOLUME[2:5].mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(yz, VOLUME[:, :, 4:7].mean(axis=2).T, rtol=1e-6)
    np.testing.assert_allclose(zx, VOLUME[:, 3:6].mean(axis=1), rtol=1e-6)


@pytest.mark.parametrize("place", [(0, 0, 0), (6, 7, 8)])
def test_slabs_stay_inside_the_box(place: tuple[int, int, int]) -> None:
    yx, _, _ = slabs(VOLUME, place, 3)
    expected = VOLUME[:3] if place[0] == 0 else VOLUME[-3:]
    np.testing.assert_allclose(yx, expected.mean(axis=0), rtol=1e-6)


def test_a_slab_thicker_than_the_box_is_the_whole_box() -> None:
    np.testing.assert_allclose(slabs(VOLUME, (3, 4, 5), 99)[0], VOLUME.mean(axis=0), rtol=1e-5)


def test_display_leaves_the_volume_as_it_is() -> None:
    before = VOLUME.copy()
    settings = DisplaySettings(lowpass_px=4, invert=True)
    middle_slab(VOLUME, settings)
    oblique(smoothed(VOLUME, settings))
    np.testing.assert_array_equal(VOLUME, before)


def test_inverting_negates_and_off_is_off() -> None:
    off = DisplaySettings(lowpass_px=0)
    assert smoothed(VOLUME, off) is VOLUME
    inverted = smoothed(VOLUME, DisplaySettings(lowpass_px=0, invert=True))
    np.testing.assert_array_equal(inverted, -VOLUME)


def test_lowpass_halves_a_wave_of_its_length() -> None:
    place = np.arange(60)
    wave = np.broadcast_to(np.cos(2 * np.pi * place / 6), (60, 60, 60)).astype(np.float32)
    passed = smoothed(wave, DisplaySettings(lowpass_px=6))
    assert passed[30, 30, 12:48].max() == pytest.approx(0.5, abs=0.02)


def test_oblique_shows_the_middle_in_the_middle_and_no_edge_twice() -> None:
    volume = np.zeros((15, 15, 15), np.float32)
    volume[centre(volume.shape)] = 1
    row, column = np.unravel_index(oblique(volume).argmax(), (15, 15))
    assert (row, column) == (7, 7)
    edge = np.zeros((15, 15, 15), np.float32)
    edge[0] = 1
    assert (oblique(edge) > 0.3).mean() < 0.7


@pytest.mark.parametrize("value", [0.0, 5.0, np.nan, np.inf])
def test_limits_of_a_flat_or_broken_picture_are_usable(value: float) -> None:
    low, high = limits(np.full((4, 4), value, np.float32), (1, 99))
    assert np.isfinite([low, high]).all()
    assert high > low


def test_greys_span_black_to_white() -> None:
    grey = grey_bytes(np.linspace(0, 1, 100, dtype=np.float32).reshape(10, 10), (10, 90))
    assert grey.dtype == np.uint8
    assert grey.min() == 0
    assert grey.max() == 255
    assert (grey == 0).sum() == pytest.approx(10, abs=1)
