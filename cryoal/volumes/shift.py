"""A particle that is not where the box's centre is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft, ndimage

from cryoal.volumes.item_chance import generator_of


@dataclass(frozen=True)
class Shift:
    """Moves the content of a box, by Fourier phases: what leaves it comes in on the other side.

    Noise keeps its strength and colour, as it would not under an interpolation.

    Attributes:
        distance_px: how far; the direction is drawn evenly over the sphere.
        seed: with the name of a box it fixes the direction, the same at every distance.
    """

    distance_px: float
    seed: int = 0

    def __call__(self, box: npt.NDArray[np.floating], name: str) -> npt.NDArray[np.float32]:
        """``box`` (n, n, n) called ``name``, moved."""
        direction = generator_of(self.seed, name).standard_normal(3)
        vector_px = self.distance_px * direction / np.linalg.norm(direction)
        return shifted(box, vector_px)


def shifted(
    box: npt.NDArray[np.floating], vector_px: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """``box`` (n, n, n) with its content moved by ``vector_px`` (z, y, x), periodic."""
    spectrum = ndimage.fourier_shift(fft.rfftn(box), vector_px, n=box.shape[-1])
    return fft.irfftn(spectrum, s=box.shape).astype(np.float32)
