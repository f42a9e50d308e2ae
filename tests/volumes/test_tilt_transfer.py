from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tilted_blobs import transfer, views

from cryoal.io.relion_tilt_series import TiltSeries
from cryoal.volumes.tilt_transfer import tilt_transfer

ANGLES = np.array([-60.0, -21, 0, 33, 60])
DOSES = np.array([80.0, 30, 2, 40, 100])
# Along and across, nearer focus along or across, at all angles.
DEFOCUS_A = np.array(
    [[3e4, 2.8e4, 0], [2.7e4, 3.1e4, 20], [3e4, 3e4, 90], [2e4, 2.4e4, -70], [3.3e4, 2.5e4, 135]]
)
PLACES_A = np.array([[0.0, 0, 0], [900, -1200, 700], [-2000, 300, -900]])


def series(hand: int = -1) -> TiltSeries:
    none = np.zeros(len(ANGLES))
    return TiltSeries(
        matrices=views(ANGLES, 85.0, 3.0),
        defocus_A=DEFOCUS_A[:, :2],
        defocus_angle_deg=DEFOCUS_A[:, 2],
        phase_shift_deg=none,
        b_factor_A2=none,
        scale=none + 1,
        exposure_e_A2=DOSES,
        b_factor_per_dose_A2=0.0,
        defocus_per_depth=hand,
        voltage_kV=300.0,
        cs_mm=2.7,
        amplitude_contrast=0.07,
    )


@pytest.mark.parametrize("hand", [1, -1])
@pytest.mark.parametrize("size_px", [48, 50])
def test_lens_and_dose_by_their_formulas(hand: int, size_px: int) -> None:
    found = tilt_transfer(series(hand), PLACES_A, size_px, 6.0).numpy()
    for place, one in zip(PLACES_A, found, strict=True):
        matrices = views(ANGLES, 85.0, 3.0)
        expected = transfer(matrices, DEFOCUS_A, DOSES, place, hand, size_px, 6.0)
        np.testing.assert_allclose(one, expected, atol=0.01)


def test_the_hand_matters_away_from_the_centre_alone() -> None:
    one, other = (tilt_transfer(series(hand), PLACES_A, 48, 6.0) for hand in (1, -1))
    assert (one[0] == other[0]).all()
    assert (one[1] - other[1]).abs().max() > 0.3


def test_the_slope_scales_what_depth_adds() -> None:
    half = replace(series(), defocus_per_depth=-0.5)
    expected = tilt_transfer(series(), PLACES_A * 0.5, 48, 6.0)
    np.testing.assert_allclose(tilt_transfer(half, PLACES_A, 48, 6.0), expected, atol=1e-4)


def test_b_factors_and_scales_multiply() -> None:
    plain = tilt_transfer(series(), PLACES_A, 48, 6.0).numpy()
    b_factor, scale = np.array([0, 50, 100, 200, 400.0]), np.array([1, 0.9, 0.8, 0.5, 0])
    found = tilt_transfer(replace(series(), b_factor_A2=b_factor, scale=scale), PLACES_A, 48, 6.0)
    k2 = np.fft.fftfreq(48, 6.0)[:, None] ** 2 + np.fft.rfftfreq(48, 6.0) ** 2
    factor = scale[:, None, None] * np.exp(-b_factor[:, None, None] * k2 / 4)
    np.testing.assert_allclose(found, plain * factor, atol=1e-5)


def test_a_b_factor_per_dose_takes_the_place_of_critical_doses() -> None:
    found = tilt_transfer(replace(series(), b_factor_per_dose_A2=4.0), PLACES_A, 48, 6.0)
    undamaged = tilt_transfer(replace(series(), exposure_e_A2=0 * DOSES), PLACES_A, 48, 6.0)
    k2 = np.fft.fftfreq(48, 6.0)[:, None] ** 2 + np.fft.rfftfreq(48, 6.0) ** 2
    factor = np.exp(-DOSES[:, None, None] * k2)
    np.testing.assert_allclose(found, undamaged.numpy() * factor, atol=1e-5)


def test_a_phase_plate_shifts_the_phase() -> None:
    in_focus = replace(series(), defocus_A=0 * DEFOCUS_A[:, :2], exposure_e_A2=0 * DOSES)
    shifted = replace(in_focus, phase_shift_deg=np.full(len(ANGLES), 90.0))
    found = tilt_transfer(shifted, PLACES_A[:1], 48, 20.0).numpy()
    np.testing.assert_allclose(found[..., 0, 0], np.cos(np.arcsin(0.07)), atol=1e-3)
