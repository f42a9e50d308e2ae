from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats
from tomogram_recipes import small_camera

from cryoal.simulation.detector import Detector, poisson_counts
from cryoal.simulation.optics import Optics
from cryoal.simulation.tilt_scheme import TiltScheme

CAMERA = small_camera((128, 128, 32), tilts=TiltScheme(step_deg=20, dose_e_A2=70))


def test_counts_are_poisson_at_the_dose_that_passes() -> None:
    detector = Detector(CAMERA, 1500.0)
    angles = np.deg2rad(CAMERA.tilts.angles_deg())
    expected = 10.0 * 10.0**2 * np.exp(-1500 / 3100 / np.cos(angles))  # 7 images
    np.testing.assert_allclose(detector.electrons, expected, rtol=1e-5)
    noise = detector.noise(torch.zeros(CAMERA.stack_shape), np.random.default_rng(0)).numpy()
    counts = (1 + noise) * expected[:, None, None]
    np.testing.assert_allclose(counts, np.rint(counts), atol=1e-2)
    np.testing.assert_allclose(counts.mean(axis=(1, 2)), expected, rtol=0.005)
    np.testing.assert_allclose(counts.var(axis=(1, 2)), expected, rtol=0.05)


def test_noise_is_less_where_it_is_dark() -> None:
    signal = torch.zeros(CAMERA.stack_shape)
    signal[:, :, :64] = -0.5
    signal[:, :16] = -2.0  # beyond what a weak phase object can be: no electrons at all
    noise = Detector(CAMERA, 1500.0).noise(signal, np.random.default_rng(0)).numpy()
    dark, light = noise[:, 16:, :64].var(axis=(1, 2)), noise[:, 16:, 64:].var(axis=(1, 2))
    np.testing.assert_allclose(dark / light, 0.5, atol=0.05)
    assert not noise[:, :16].any()


def test_blurring_is_the_transfer_function() -> None:
    camera = small_camera((64, 48, 32), optics=Optics(mtf_at_nyquist=0.5))
    point = torch.zeros(camera.stack_shape)
    point[:, 24, 32] = 1
    blurred = Detector(camera, 1000.0).blur(point)
    transfer = torch.fft.rfft2(torch.fft.ifftshift(blurred[0])).abs()
    np.testing.assert_allclose(float(transfer[0, 0]), 1, rtol=1e-4)
    np.testing.assert_allclose(float(transfer[0, 32]), 0.5, rtol=1e-4)
    np.testing.assert_allclose(float(transfer[12, 0]), 0.5**0.25, rtol=1e-4)


@pytest.mark.parametrize("expected", [0.3, 3.0, 19.0, 21.0, 60.0, 400.0])
def test_counts_follow_the_poisson_distribution(expected: float) -> None:
    deviates = np.random.default_rng(1).standard_normal(40_000)
    counts = poisson_counts(np.full(40_000, expected), deviates)
    assert counts.mean() == pytest.approx(expected, abs=4 * np.sqrt(expected / 40_000))
    assert counts.var() == pytest.approx(expected, rel=0.03)
    # Against scipy's quantiles, at levels that no count's probability ends at.
    levels = np.array([0.02, 0.161, 0.503, 0.842, 0.977])
    found = poisson_counts(np.full(5, expected), stats.norm.ppf(levels))
    assert np.abs(found - stats.poisson.ppf(levels, expected)).max() <= (expected > 20)


def test_nearly_the_same_signal_has_nearly_the_same_noise() -> None:
    signal = torch.randn(CAMERA.stack_shape, generator=torch.Generator().manual_seed(0)) * 0.05
    detector = Detector(CAMERA, 1500.0)
    one = detector.noise(signal, np.random.default_rng(0))
    other = detector.noise(signal + 1e-6, np.random.default_rng(0))
    assert float((one - other).abs().gt(1e-4).float().mean()) < 0.001
