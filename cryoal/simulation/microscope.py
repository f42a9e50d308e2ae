"""What a tilt series does to a density: the contrast transfer, the missing wedge, the noise.

A first version, for one particle in a box: projection and back-projection are written as one
filter in the Fourier space of the box, by the projection-slice theorem. Every tilt image
samples one plane; what lies between or beyond the planes is missing, of signal and noise
alike. All is periodic in the box, as a discrete Fourier transform is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import fft

from cryoal.errors import CryoalError
from cryoal.simulation.density import Volume, frequencies
from cryoal.volumes.noise_law import multiplicity

MOST_TILTS = 1000
"""Images of one tilt series; real ones have some tens."""


@dataclass(frozen=True)
class Microscope:
    """A single-axis tilt series about y, the beam along z at 0 degrees.

    Attributes:
        box_px: edge of the reconstructed box.
        voxel_size_A: edge of its voxels, Å.
        tilt_max_deg, tilt_step_deg: tilts run from ``-tilt_max_deg`` to ``tilt_max_deg``.
        voltage_kV, cs_mm, amplitude_contrast: of the contrast transfer function.
    """

    box_px: int
    voxel_size_A: float
    tilt_max_deg: float = 60.0
    tilt_step_deg: float = 3.0
    voltage_kV: float = 300.0
    cs_mm: float = 2.7
    amplitude_contrast: float = 0.07

    def __post_init__(self) -> None:
        if self.box_px < 8:
            raise CryoalError(f"box of {self.box_px} px: give at least 8")
        if not self.voxel_size_A > 0:
            raise CryoalError(f"voxel size of {self.voxel_size_A} Å: give a size above 0")
        if not 0 < self.tilt_max_deg <= 90:
            raise CryoalError(f"tilts up to {self.tilt_max_deg} degrees: give above 0, up to 90")
        if not self.tilt_step_deg > 0:
            raise CryoalError(f"tilt step of {self.tilt_step_deg} degrees: give a step above 0")
        if 2 * self.tilt_max_deg / self.tilt_step_deg > MOST_TILTS:
            raise CryoalError(
                f"tilt step of {self.tilt_step_deg:g} degrees: makes more than {MOST_TILTS} "
                "images; give a larger step"
            )

    @cached_property
    def tilts_deg(self) -> Volume:
        """Tilt angles, symmetric about 0."""
        steps = int(self.tilt_max_deg / self.tilt_step_deg + 1e-9)
        return self.tilt_step_deg * np.arange(-steps, steps + 1, dtype=np.float64)

    @cached_property
    def wedge(self) -> Volume:
        """Share, 0 to 1, of each Fourier coefficient that the tilt planes sample.

        Laid out as ``rfftn`` of a zyx box. A plane samples coefficients up to one Fourier
        pixel from it, falling off linearly; where planes overlap the weight stays 1, as
        weighted back-projection makes it. An even box's Nyquist planes are 0: such a
        coefficient stands for both k and -k, of which the wedge may hold only one.
        """
        n = self.box_px
        z = fft.fftfreq(n, 1 / n)[:, None, None]
        x = fft.rfftfreq(n, 1 / n)[None, None, :]
        weight = np.zeros((n, 1, n // 2 + 1))
        for tilt in np.deg2rad(self.tilts_deg):
            weight += np.clip(1 - np.abs(x * np.sin(tilt) + z * np.cos(tilt)), 0, None)
        weight = np.repeat(np.minimum(weight, 1), n, axis=1)
        if n % 2 == 0:
            weight[n // 2] = weight[:, n // 2] = weight[:, :, n // 2] = 0
        return weight

    @cached_property
    def noise_gain(self) -> float:
        """Variance that the wedge leaves of white noise of variance 1, averaged over the box."""
        power = np.square(self.wedge) * multiplicity(self.box_px)
        return float(power.sum() / self.box_px**3)

    @cached_property
    def _frequencies(self) -> Volume:
        return frequencies((self.box_px,) * 3, self.voxel_size_A)

    def ctf(self, defocus_um: float) -> Volume:
        """Contrast transfer at every coefficient of ``rfftn`` of the box, -1 to 1.

        ``-sin(chi + asin(A))``, ``chi = pi lambda dz k^2 - pi/2 Cs lambda^3 k^4``, with the
        defocus ``dz`` positive under focus (as CTFFIND4, Rohou & Grigorieff 2015, eqs. 2-4).
        """
        volts = 1e3 * self.voltage_kV
        wavelength_A = 12.2642596 / np.sqrt(volts * (1 + 0.978475598e-6 * volts))
        k2 = np.square(self._frequencies)
        chi = np.pi * wavelength_A * k2 * (1e4 * defocus_um)
        chi -= 0.5 * np.pi * wavelength_A**3 * np.square(k2) * (1e7 * self.cs_mm)
        return np.asarray(-np.sin(chi + np.arcsin(self.amplitude_contrast)))

    def signal(self, density: Volume, defocus_um: float) -> Volume:
        """Box (Z, Y, X) as reconstructed without noise: phase-flipped, so filtered by |CTF|."""
        transfer = self.wedge * np.abs(self.ctf(defocus_um))
        return np.asarray(fft.irfftn(fft.rfftn(density) * transfer, s=density.shape))

    def noise(self, generator: np.random.Generator) -> Volume:
        """Box (Z, Y, X) of white noise, variance 1 before the wedge, seen through the wedge."""
        white = generator.standard_normal((self.box_px,) * 3)
        return np.asarray(fft.irfftn(fft.rfftn(white) * self.wedge, s=white.shape))
