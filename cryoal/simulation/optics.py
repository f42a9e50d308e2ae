"""The microscope and its detector: what scattering, lens, dose and counting do to an image."""

from __future__ import annotations

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field, field_validator
from torch_ctf import calculate_ctf_2d, calculate_relativistic_electron_wavelength

# Mean inner potential of protein above that of vitreous ice (Vulovic et al. 2013, J. Struct.
# Biol. 183:19): what a density of 1 stands for.
PROTEIN_OVER_ICE_V = 2.3
_ELECTRON_REST_V = 510998.95


class Optics(BaseModel):
    """Weak-phase imaging of a slab of ice.

    Attributes:
        voltage_kV, cs_mm, amplitude_contrast: of the contrast transfer function.
        defocus_um: range that each tomogram's defocus, at its centre, is drawn from; under focus.
        mean_free_path_nm: for inelastic scattering in ice; the filter takes such electrons out
            (310-320 nm at 300 kV: Rice et al. 2018, J. Struct. Biol. 204:38).
        mtf_at_nyquist: what the detector passes at the images' Nyquist frequency; the curve is
            a Gaussian, 1 at frequency 0. Binned images stay far from the detector's own limit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    voltage_kV: float = Field(300.0, ge=60, le=1000)
    cs_mm: float = Field(2.7, ge=0)
    amplitude_contrast: float = Field(0.07, ge=0, le=1)
    defocus_um: tuple[float, float] = (2.0, 4.0)
    mean_free_path_nm: float = Field(310.0, gt=0)
    mtf_at_nyquist: float = Field(0.7, gt=0, le=1)

    @field_validator("defocus_um")
    @classmethod
    def check_range(cls, value: tuple[float, float]) -> tuple[float, float]:
        """Refuse a range that is empty or not under focus."""
        if not 0 < value[0] <= value[1]:
            raise ValueError("give low, high above 0")
        return value

    def wavelength_A(self) -> float:
        """Wavelength of the electrons."""
        metres = calculate_relativistic_electron_wavelength(torch.tensor(1e3 * self.voltage_kV))
        return float(metres) * 1e10

    def contrast_per_A(self) -> float:
        """Relative contrast, where the transfer is 1, of 1 Å of protein in ice.

        Twice the phase that it adds: ``2 sigma V``, ``sigma = 2 pi / (lambda U) (mc2 + eU) /
        (2 mc2 + eU)`` (Kirkland, Advanced Computing in Electron Microscopy, eq. 5.6).
        """
        volts = 1e3 * self.voltage_kV
        relativistic = (_ELECTRON_REST_V + volts) / (2 * _ELECTRON_REST_V + volts)
        sigma = 2 * np.pi / (self.wavelength_A() * volts) * relativistic
        return float(2 * sigma * PROTEIN_OVER_ICE_V)

    def ctf(self, defocus_um: torch.Tensor, size_px: int, pixel_A: float) -> torch.Tensor:
        """Transfer, (n, size, size // 2 + 1) as rfft2, positive at low frequency: protein dark."""
        return calculate_ctf_2d(
            defocus=defocus_um,
            astigmatism=0.0,
            astigmatism_angle=0.0,
            voltage=self.voltage_kV,
            spherical_aberration=self.cs_mm,
            amplitude_contrast=self.amplitude_contrast,
            phase_shift=0.0,
            pixel_size=pixel_A,
            image_shape=(size_px, size_px),
            rfft=True,
            fftshift=False,
        )

    def damage(self, dose_e_A2: torch.Tensor, size_px: int, pixel_A: float) -> torch.Tensor:
        """What the dose (n,) leaves of each amplitude, (n, size, size // 2 + 1) as rfft2.

        ``exp(-dose / (2 N_e))``, ``N_e = 0.24499 k^-1.6649 + 2.8141`` at 300 kV and 0.8 of it
        at 200 kV (Grant & Grigorieff 2015, eLife 4:e06980).
        """
        k = frequencies_2d(size_px, size_px, dose_e_A2.device) / pixel_A
        critical = 0.24499 * k**-1.6649 + 2.8141  # infinite at 0
        if self.voltage_kV < 250:
            critical = 0.8 * critical
        return torch.exp(-0.5 * dose_e_A2[:, None, None] / critical)

    def transmission(self, thickness_A: float, tilts_deg: torch.Tensor) -> torch.Tensor:
        """Share of the electrons that pass a slab unscattered, or scattered elastically, (n,)."""
        path = thickness_A / torch.cos(torch.deg2rad(tilts_deg))
        return torch.exp(-path / (10 * self.mean_free_path_nm))

    def mtf(self, height_px: int, width_px: int, device: torch.device) -> torch.Tensor:
        """Modulation transfer of the detector, (height, width // 2 + 1) as rfft2."""
        relative = 2 * frequencies_2d(height_px, width_px, device)
        return torch.exp(np.log(self.mtf_at_nyquist) * relative**2)


def frequencies_2d(height_px: int, width_px: int, device: torch.device) -> torch.Tensor:
    """Length of the frequency, 1 / pixel, at every coefficient of rfft2, float32."""
    y = torch.fft.fftfreq(height_px, device=device)[:, None]
    x = torch.fft.rfftfreq(width_px, device=device)[None, :]
    return torch.sqrt(y**2 + x**2)
