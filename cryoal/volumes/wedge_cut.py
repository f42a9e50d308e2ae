"""A wider missing wedge."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

ROUNDING = 1e-9


@dataclass(frozen=True)
class WedgeCut:
    """Leaves of a box what tilts about y up to an angle would have seen.

    The box must have been seen under more tilts: what it lacks cannot be added.

    Attributes:
        tilt_deg: the tilts that are kept go from minus to plus this angle, below 90.
    """

    tilt_deg: float

    def __post_init__(self) -> None:
        if not 0 < self.tilt_deg < 90:
            raise ValueError(f"tilts up to {self.tilt_deg} degrees: give an angle below 90")

    def __call__(self, box: npt.NDArray[np.floating], _name: str) -> npt.NDArray[np.float32]:
        """``box`` (n, n, n) without what lies outside the kept tilts."""
        return fft.irfftn(fft.rfftn(box) * self.kept(len(box)), s=box.shape).astype(np.float32)

    def kept(self, box_px: int) -> npt.NDArray[np.bool_]:
        """Coefficients (n, n, n // 2 + 1) of ``rfftn`` that some kept tilt has measured.

        A tilt of a about y measures the plane through the y axis in which |kz| = |kx| tan |a|.
        """
        kz = np.abs(fft.fftfreq(box_px))[:, None, None]
        kx = fft.rfftfreq(box_px)[None, None, :]
        kept = kz <= kx * math.tan(math.radians(self.tilt_deg)) + ROUNDING
        return np.broadcast_to(kept, (box_px, box_px, box_px // 2 + 1))
