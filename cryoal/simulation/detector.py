"""Counting electrons."""

from __future__ import annotations

import numpy as np
import torch
from scipy import special

from cryoal.simulation.camera import Camera
from cryoal.simulation.density import Volume

_FEW = 20.0


class Detector:
    """Counts the electrons of every image, and blurs.

    Args:
        camera: views and optics.
        thickness_A: of the ice; at higher tilts the beam's way through it is longer.
    """

    def __init__(self, camera: Camera, thickness_A: float) -> None:
        self.camera = camera
        angles = torch.as_tensor(camera.tilts.angles_deg(), dtype=torch.float64)
        dose = camera.tilts.image_dose_e_A2() * camera.voxel_size_A**2
        passed = camera.optics.transmission(thickness_A, angles)
        self.electrons: Volume = (dose * passed).numpy()
        """Expected number in a pixel behind plain ice, (n,)."""

    def noise(self, signal: torch.Tensor, generator: np.random.Generator) -> torch.Tensor:
        """What counting adds to images (n, height, width) of relative contrast, before blurring.

        Counts are Poisson of the expected number (0 where the weak-phase contrast falls below
        -1); the noise is their deviation from it, in units of the number behind plain ice.
        Every pixel takes one draw: the noise of two signals that are nearly the same is too.
        """
        noise = torch.empty_like(signal)
        for image, contrast, electrons in zip(noise, signal, self.electrons, strict=True):
            expected = np.clip(electrons * (1 + contrast.cpu().numpy().astype(np.float64)), 0, None)
            deviates = generator.standard_normal(expected.shape)
            counts = poisson_counts(expected, deviates)
            image.copy_(torch.from_numpy((counts - expected) / electrons))
        return noise

    def blur(self, stack: torch.Tensor) -> torch.Tensor:
        """Images (n, height, width) through the modulation transfer function."""
        height, width = stack.shape[1:]
        mtf = self.camera.optics.mtf(height, width, stack.device)
        for image in stack:
            image.copy_(torch.fft.irfft2(torch.fft.rfft2(image) * mtf, s=(height, width)))
        return stack


def poisson_counts(expected: Volume, deviates: Volume) -> Volume:
    """Poisson numbers that stand where standard normal ``deviates`` do in their distribution.

    From 20 on by Cornish and Fisher's expansion, which is off by 1 for less than one in a
    hundred; exact below.
    """
    root = np.sqrt(np.maximum(expected, _FEW))
    skew = (np.square(deviates) - 1) / 6 - (deviates**3 - deviates) / (72 * root)
    counts = np.floor(expected + root * deviates + skew + 0.5)
    few = expected < _FEW
    if few.any():
        share = special.ndtr(deviates[few])
        exact = np.ceil(special.pdtrik(share, np.maximum(expected[few], 1e-12)))
        counts[few] = np.maximum(exact, 0)
    return np.asarray(np.maximum(counts, 0))
