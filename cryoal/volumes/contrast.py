"""Protein shown with the wrong sign."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class InvertContrast:
    """Makes what is bright in a box dark, as a pool opened with the wrong contrast shows it."""

    def __call__(self, box: npt.NDArray[np.floating], _name: str) -> npt.NDArray[np.float32]:
        """``box`` (n, n, n) with the other sign."""
        return (-box).astype(np.float32)
