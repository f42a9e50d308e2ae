"""What lens and dose leave of a particle in each tilt of a series."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch_ctf import calculate_ctf_2d

from cryoal.io.relion_tilt_series import TiltSeries

Numbers = npt.NDArray[np.float64]


def tilt_transfer(
    series: TiltSeries, positions_A: Numbers, size_px: int, pixel_A: float
) -> torch.Tensor:
    """Contrast transfer times dose weight at the particles' own heights.

    The defocus of a tilt grows with the particle's depth along its beam, by the series' hand, as
    in RELION's ``Tomogram::getCtf``. Dose weights are ``exp(-dose / (2 N_e))``, ``N_e = 0.245
    k^-1.665 + 2.81`` (Grant & Grigorieff 2015, eLife 4:e06980), or the series' B-factor per
    dose. RELION and Warp multiply particles by exactly this product. Aberrations beyond defocus,
    astigmatism and Cs are left out.

    Args:
        series: f tilts.
        positions_A: (b, 3) xyz of the particles from the tomogram's centre.
        size_px: edge of the images.
        pixel_A: of the images.

    Returns:
        (b, f, size, size // 2 + 1) float32 as ``rfft2``, positive at low frequency.
    """
    depths_A = positions_A @ series.matrices[:, 2].T  # (b, f)
    defocus_A = series.defocus_A.mean(axis=1) + series.defocus_per_depth * depths_A
    ctf = _ctf(series, defocus_A, size_px, pixel_A)
    return ctf * _envelope(series, size_px, pixel_A)


def _ctf(series: TiltSeries, defocus_A: Numbers, size_px: int, pixel_A: float) -> torch.Tensor:
    """(b, f, size, size // 2 + 1) of defoci (b, f)."""
    astigmatism_A = np.subtract(*series.defocus_A.T) / 2
    # torch-ctf takes the square root of the astigmatism.
    angle_deg = series.defocus_angle_deg + np.where(astigmatism_A < 0, 90.0, 0.0)
    tilts = [np.abs(astigmatism_A) * 1e-4, angle_deg, series.phase_shift_deg]
    astigmatism, angle, shift = (_spread(values, defocus_A.shape) for values in tilts)
    return calculate_ctf_2d(
        defocus=_spread(defocus_A * 1e-4, defocus_A.shape),
        astigmatism=astigmatism,
        astigmatism_angle=angle,
        voltage=series.voltage_kV,
        spherical_aberration=series.cs_mm,
        amplitude_contrast=series.amplitude_contrast,
        phase_shift=shift,
        pixel_size=pixel_A,
        image_shape=(size_px, size_px),
        rfft=True,
        fftshift=False,
    )


def _spread(values: Numbers, shape: tuple[int, ...]) -> torch.Tensor:
    return torch.from_numpy(np.broadcast_to(values, shape).astype(np.float32))


def _envelope(series: TiltSeries, size_px: int, pixel_A: float) -> torch.Tensor:
    """(f, size, size // 2 + 1): dose weights, the lens's B-factor and the scale of each tilt."""
    y, x = np.fft.fftfreq(size_px)[:, None], np.fft.rfftfreq(size_px)[None, :]
    k2 = (y**2 + x**2) / pixel_A**2
    dose, b_factor = series.exposure_e_A2[:, None, None], series.b_factor_A2[:, None, None]
    if series.b_factor_per_dose_A2 > 0:
        exponent = -series.b_factor_per_dose_A2 * dose * k2 / 4
    else:
        with np.errstate(divide="ignore"):
            critical = 0.245 * k2 ** (-1.665 / 2) + 2.81  # infinite at 0
        exponent = -0.5 * dose / critical
    envelope = series.scale[:, None, None] * np.exp(exponent - b_factor * k2 / 4)
    return torch.from_numpy(envelope.astype(np.float32))
