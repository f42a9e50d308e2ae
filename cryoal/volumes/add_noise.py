"""More noise of the kind that a box already has."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cryoal.volumes.item_chance import generator_of
from cryoal.volumes.noise_law import NoiseLaw


@dataclass(frozen=True)
class AddNoise:
    """Brings boxes of one signal-to-noise ratio down to a lower one.

    A box of variance T at ratio r holds signal of variance T r / (1 + r) and noise of variance
    T / (1 + r); at ratio R < r it must hold T / (1 + r) (r / R - 1) more of it.

    Attributes:
        law: of the noise.
        input_snr: ratio that the boxes have, ``math.inf`` for none.
        snr: ratio that they shall have, below ``input_snr``.
        seed: with the name of a box it fixes the draw, which is the same for all ratios.
    """

    law: NoiseLaw
    input_snr: float
    snr: float
    seed: int

    def __post_init__(self) -> None:
        if not 0 < self.snr < self.input_snr:
            raise ValueError(f"snr {self.snr} is not between 0 and {self.input_snr}")

    def __call__(self, box: npt.NDArray[np.floating], name: str) -> npt.NDArray[np.float32]:
        """``box`` (n, n, n) called ``name`` with more noise, float32."""
        noise = self.law.draw(generator_of(self.seed, name))
        level = math.sqrt(self.share * float(np.var(box, dtype=np.float64)))
        return (box + level * noise).astype(np.float32)

    @property
    def share(self) -> float:
        """Variance of the noise to add, over the variance of the box."""
        if self.input_snr == math.inf:
            return 1 / self.snr
        return (self.input_snr / self.snr - 1) / (1 + self.input_snr)
