"""Subtomograms from the images of their tilts, by Fourier slices."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy.fft import next_fast_len
from torch_fourier_slice.volume_utils import separable_sinc2_correction

from cryoal.volumes.slice_insertion import SliceInsertion

Numbers = npt.NDArray[np.float64]

_SNR_AT_0 = 100.0
_SNR_FALLOFF_A = 200.0
_LEAST_SNR = 1e-30


class BackProjector:
    """Puts square images of a particle together to a cube in the frame of its tomogram.

    Each image, padded to twice its size, is the central slice of the particle that its view cuts;
    its coefficients are added to their eight neighbours in the cube, weighted linearly. With the
    sums ``a`` of transfer times image and ``w`` of transfer squared, the cube is the Wiener
    estimate ``a / (w + 1 / SNR)``, SNR the one of :func:`signal_to_noise`. What no slice comes
    near stays 0: the missing wedge. The images' middle ``n // 2`` comes to lie in the cube's.

    Args:
        matrices: (f, 3, 3) turn xyz vectors of the tomogram into the camera's.
        box_px: n, edge of images and cube.
        pixel_A: of images and cube.

    Attributes:
        padded_px: edge of the padded images, even.
    """

    def __init__(self, matrices: Numbers, box_px: int, pixel_A: float) -> None:
        self.padded_px = padded = 2 * int(next_fast_len(box_px))
        self._slices = SliceInsertion(matrices, padded)
        first = padded // 2 - box_px // 2
        self._core = slice(first, first + box_px)
        window = separable_sinc2_correction((padded,) * 3)
        self._window = window[self._core, self._core, self._core]
        k = [np.fft.fftfreq(padded), np.fft.fftfreq(padded), np.fft.rfftfreq(padded)]
        z, y, x = np.meshgrid(*k, indexing="ij")
        snr = signal_to_noise(np.sqrt(z**2 + y**2 + x**2) / pixel_A)
        self._noise = torch.from_numpy((1 / np.maximum(snr, _LEAST_SNR)).astype(np.float32))

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self._slices.nbytes + int(self._noise.nbytes + self._window.nbytes)

    def volumes(
        self,
        images: torch.Tensor,
        transfer: torch.Tensor,
        visible: npt.NDArray[np.bool_],
        premultiplied: npt.NDArray[np.bool_],
    ) -> torch.Tensor:
        """Cubes (b, n, n, n) zyx, float32.

        Args:
            images: (b, f, n, n) float32.
            transfer: (b, f, padded, padded // 2 + 1) float32 as ``rfft2``.
            visible: (b, f); the other images have no influence.
            premultiplied: (b,) whose images are multiplied by their transfer already.
        """
        seen = torch.from_numpy(visible)[:, :, None, None]
        transfer = torch.where(seen, transfer, 0)
        spectra = torch.fft.rfft2(self._padded(torch.where(seen, images, 0)))
        factor = torch.where(torch.from_numpy(premultiplied)[:, None, None, None], 1, transfer)
        sums = self._slices.sums(spectra * factor)
        estimate = sums * (1 / (self._slices.sums(transfer**2) + self._noise))
        size = (self.padded_px,) * 3
        cubes = torch.fft.fftshift(torch.fft.irfftn(estimate, s=size, dim=(1, 2, 3)), dim=(1, 2, 3))
        found: torch.Tensor = cubes[:, self._core, self._core, self._core] / self._window
        return found

    def _padded(self, images: torch.Tensor) -> torch.Tensor:
        """Images in a margin of zeros, their middle at pixel 0."""
        padded = images.new_zeros((*images.shape[:2], self.padded_px, self.padded_px))
        padded[:, :, self._core, self._core] = images
        shifted: torch.Tensor = torch.fft.ifftshift(padded, dim=(2, 3))
        return shifted


def signal_to_noise(frequencies_per_A: Numbers) -> Numbers:
    """Ratio of powers that one fully transferred image of a particle is taken to have.

    ``100 exp(-200 A k)``: the exponential form of the deconvolution filter of Tegunov & Cramer
    (2019, Nature Methods 16:1146). On 40 real ribosomes, regressing the power of sums on
    weights, ratios of 6, 1, 0.4 and 0.1 were found at 70, 51, 37 and 27 A; this form gives 6, 2,
    0.4 and 0.06.
    """
    return np.asarray(_SNR_AT_0 * np.exp(-_SNR_FALLOFF_A * frequencies_per_A))
