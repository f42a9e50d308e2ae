from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.errors import CryoalError
from cryoal.simulation.microscope import Microscope

SLACK_PX = 1  # width of a tilt plane in Fourier space


def full_grid(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    axis = np.fft.fftfreq(n, 1 / n)
    z, y, x = np.meshgrid(axis, axis, axis, indexing="ij")
    return z, y, x


@settings(deadline=None, max_examples=10)
@given(n=st.sampled_from([15, 16, 24]), tilt=st.sampled_from([40.0, 51.0, 60.0]))
def test_noise_has_no_power_in_the_missing_wedge(n: int, tilt: float) -> None:
    scope = Microscope(n, 10.0, tilt)
    noise = scope.noise(np.random.default_rng(0)).astype(np.float32)
    power = np.abs(np.fft.fftn(noise)) ** 2
    z, _, x = full_grid(n)
    angle = np.deg2rad(tilt)
    beyond = np.abs(z) * np.cos(angle) - np.abs(x) * np.sin(angle)  # px past the last plane
    assert power[beyond > SLACK_PX].max() < 1e-8 * power.mean()
    inside = (beyond < 0) & (np.abs(z) < n // 2) & (np.abs(x) < n // 2)
    assert power[inside].mean() > 0.5 * n**3


@pytest.mark.parametrize("n", [16, 17])
def test_wedge_matches_the_slow_sum_over_planes(n: int) -> None:
    scope = Microscope(n, 10.0, 60.0, 3.0)
    z, y, x = full_grid(n)
    expected = np.zeros((n, n, n))
    for tilt in np.deg2rad(np.arange(-60, 61, 3)):
        normal = np.array([np.sin(tilt), 0, np.cos(tilt)])
        distance = np.abs(x * normal[0] + y * normal[1] + z * normal[2])
        expected += np.maximum(0, 1 - distance)
    expected = np.minimum(expected, 1)
    if n % 2 == 0:
        expected[(np.abs(z) == n // 2) | (np.abs(y) == n // 2) | (np.abs(x) == n // 2)] = 0
    np.testing.assert_allclose(scope.wedge, expected[:, :, : n // 2 + 1], atol=1e-12)


@pytest.mark.parametrize("n", [15, 16])
def test_noise_gain_is_the_variance_of_the_noise(n: int) -> None:
    scope = Microscope(n, 10.0)
    generator = np.random.default_rng(3)
    measured = np.mean([np.square(scope.noise(generator)).mean() for _ in range(40)])
    assert scope.noise_gain == pytest.approx(measured, rel=0.02)


def test_signal_of_a_point_is_filtered_by_the_independent_ctf() -> None:
    n, voxel_A, defocus_um = 32, 6.0, 3.1
    point = np.zeros((n, n, n))
    point[n // 2, n // 2, n // 2] = 1
    signal = Microscope(n, voxel_A).signal(point, defocus_um)
    spectrum = np.abs(np.fft.fftn(signal))
    # Relativistic wavelength from the constants of nature, CTF as a sum of its two parts.
    h, m, e, c, volts = 6.62607015e-34, 9.1093837e-31, 1.602176634e-19, 299792458.0, 300e3
    wavelength = h / np.sqrt(2 * m * e * volts * (1 + e * volts / (2 * m * c**2)))
    k = np.fft.fftfreq(n, voxel_A * 1e-10)[1 : n // 2]
    chi = np.pi * wavelength * defocus_um * 1e-6 * k**2 - np.pi / 2 * 2.7e-3 * (
        wavelength**3 * k**4
    )
    expected = np.abs(np.sqrt(1 - 0.07**2) * np.sin(chi) + 0.07 * np.cos(chi))
    # Along x and y every coefficient lies in the plane of the untilted image.
    np.testing.assert_allclose(spectrum[0, 0, 1 : n // 2], expected, atol=2e-4)
    np.testing.assert_allclose(spectrum[0, 1 : n // 2, 0], expected, atol=2e-4)
    assert spectrum[1 : n // 2, 0, 0][1:].max() < 1e-12  # along the beam: missing


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((4, 10.0), "box"),
        ((32, 0.0), "voxel size"),
        ((32, float("nan")), "voxel size"),
        ((32, 10.0, 95.0), "tilts"),
        ((32, 10.0, 60.0, 0.0), "tilt step"),
        ((32, 10.0, 60.0, 1e-7), "tilt step of 1e-07 degrees: makes more than 1000 images"),
    ],
)
def test_impossible_settings_are_refused(arguments: tuple[float, ...], message: str) -> None:
    with pytest.raises(CryoalError, match=message):
        Microscope(*arguments)
