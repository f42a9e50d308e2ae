"""Counting electrons."""

from __future__ import annotations

import numpy as np
import torch

from cryoal.simulation.camera import Camera
from cryoal.simulation.density import Volume


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
        """
        noise = torch.empty_like(signal)
        for image, contrast, electrons in zip(noise, signal, self.electrons, strict=True):
            expected = np.clip(electrons * (1 + contrast.cpu().numpy().astype(np.float64)), 0, None)
            deviation = (generator.poisson(expected) - expected) / electrons
            image.copy_(torch.from_numpy(deviation))
        return noise

    def blur(self, stack: torch.Tensor) -> torch.Tensor:
        """Images (n, height, width) through the modulation transfer function."""
        height, width = stack.shape[1:]
        mtf = self.camera.optics.mtf(height, width, stack.device)
        for image in stack:
            image.copy_(torch.fft.irfft2(torch.fft.rfft2(image) * mtf, s=(height, width)))
        return stack
