"""How volumes are drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DisplaySettings:
    """Changes the picture only, never the data.

    Attributes:
        thickness_px: voxels averaged for each slab.
        lowpass_px: details finer than about this many voxels are smoothed away; 0 is off.
        contrast: percentiles of the picture that become black and white.
        invert: bright becomes dark.
    """

    thickness_px: int = 5
    lowpass_px: float = 4.0
    contrast: tuple[float, float] = (1.0, 99.5)
    invert: bool = False
