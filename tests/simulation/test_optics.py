from __future__ import annotations

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from cryoal.simulation.microscope import Microscope
from cryoal.simulation.optics import Optics


def test_transfer_is_that_of_the_formula() -> None:
    """Against the formula as the single-particle simulator writes it, sign turned over."""
    found = Optics().ctf(torch.tensor([1.5, 4.0]), 32, 8.0)
    for defocus, image in zip([1.5, 4.0], found, strict=True):
        expected = -Microscope(32, 8.0).ctf(defocus)[0]
        np.testing.assert_allclose(image.numpy(), expected, atol=2e-3)


def test_damage_halves_at_the_published_dose() -> None:
    """Grant & Grigorieff 2015: N_e(k) = 0.24499 k^-1.6649 + 2.8141 at 300 kV."""
    doses = torch.tensor([0.0, 50.0])
    kept = Optics().damage(doses, 20, 10.0)
    assert (kept[0] == 1).all()
    assert kept[1, 0, 0] == 1
    critical = 0.24499 * (2 / 200.0) ** -1.6649 + 2.8141  # k = 2 / (20 px of 10 Å)
    assert float(kept[1, 0, 2]) == pytest.approx(np.exp(-50 / 2 / critical), rel=1e-5)
    at_200 = Optics(voltage_kV=200).damage(doses, 20, 10.0)[1, 0, 2]
    assert float(at_200) == pytest.approx(np.exp(-50 / 2 / (0.8 * critical)), rel=1e-5)


def test_thicker_on_the_beams_way_at_higher_tilt() -> None:
    optics = Optics(mean_free_path_nm=300)
    passed = optics.transmission(1500.0, torch.tensor([0.0, 60.0]))
    np.testing.assert_allclose(passed, np.exp([-0.5, -1.0]), rtol=1e-6)


def test_contrast_of_protein_at_300_kV() -> None:
    """sigma = 0.00653 rad / (V nm) at 300 kV (Kirkland, table 2.1: 0.6526e-3 / (V Å))."""
    assert Optics().wavelength_A() == pytest.approx(0.0196875, rel=1e-4)
    assert Optics().contrast_per_A() == pytest.approx(2 * 0.6526e-3 * 2.3, rel=1e-3)


def test_the_detector_passes_the_stated_share_at_nyquist() -> None:
    mtf = Optics(mtf_at_nyquist=0.6).mtf(16, 16, torch.device("cpu"))
    assert (float(mtf[0, 0]), float(mtf[0, 8])) == pytest.approx((1, 0.6))


@pytest.mark.parametrize("bad", [{"defocus_um": (3, 2)}, {"defocus_um": (0, 2)}, {"cs_mm": -1}])
def test_optics_that_cannot_be(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Optics(**bad)
