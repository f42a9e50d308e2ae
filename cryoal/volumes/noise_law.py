"""The law of the noise in a set of boxes, measured from the boxes themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

Volume = npt.NDArray[np.float64]

WEDGE_REFERENCE = 0.5
"""The best-filled half of a shell is taken to be outside the missing wedge: at tilts of +-60
degrees two thirds are, at +-45 degrees one half."""
NOISY = 1.0
"""Above this ratio of signal to noise the corners show more of the particle's surroundings than of
the noise; then the noise is taken to be white."""


@dataclass(frozen=True)
class NoiseLaw:
    """Gaussian noise of one colour, seen through one missing wedge.

    Attributes:
        box_px: edge of the boxes.
        amplitude: (n, n, n // 2 + 1) standard deviation of each coefficient of an orthonormal
            ``rfftn``, scaled so that a draw has variance 1 over the box.
        snr: variance of the signal over that of the noise in a box, as far as boxes tell: what is
            in the inscribed sphere beyond what is in the corners; 0 where the corners hold more.
    """

    box_px: int
    amplitude: Volume
    snr: float

    def draw(self, generator: np.random.Generator) -> Volume:
        """Noise (n, n, n) of variance 1 on average over draws."""
        shape = (self.box_px,) * 3
        white = fft.rfftn(generator.standard_normal(shape), norm="ortho")
        return np.asarray(fft.irfftn(white * self.amplitude, s=shape, norm="ortho"))


class NoiseMeter:
    """Gathers power spectra, box by box, and tells the law of their noise.

    The wedge is where coefficients hold less power than others of their frequency, on average
    over boxes whose particles lie in all directions. The colour is that of the boxes' corners,
    outside the inscribed sphere, which a centred particle leaves to the noise; white where the
    boxes hold more signal than noise.

    Args:
        box_px: edge of the boxes, at least 8.
    """

    def __init__(self, box_px: int) -> None:
        self.box_px = box_px
        middle = (box_px - 1) / 2
        axis = np.square(np.arange(box_px) - middle)
        squares = axis[:, None, None] + axis[None, :, None] + axis[None, None, :]
        self.corners = squares > (box_px / 2) ** 2
        self.power = np.zeros((box_px, box_px, box_px // 2 + 1))
        self.corner_power = np.zeros_like(self.power)
        self.variance = self.corner_variance = 0.0
        self.count = 0

    def add(self, box: npt.NDArray[np.floating]) -> None:
        """Take one box (n, n, n) into account, at whatever scale."""
        box = (box - box.mean()) / box.std()
        outside = box[self.corners]
        windowed = np.where(self.corners, box - outside.mean(), 0.0)
        self.power += np.square(np.abs(fft.rfftn(box, norm="ortho")))
        self.corner_power += np.square(np.abs(fft.rfftn(windowed, norm="ortho")))
        self.variance += float(np.var(box))
        self.corner_variance += float(np.var(outside))
        self.count += 1

    def law(self) -> NoiseLaw:
        """What the boxes so far have in common.

        Raises:
            ValueError: none were added.
        """
        if not self.count:
            raise ValueError("no box was measured")
        shells = frequency_shells(self.box_px)
        wedge = wedge_power(self.power, shells)
        snr = max(self.variance / self.corner_variance - 1, 0.0)
        power = wedge
        if snr < NOISY:
            power = wedge * shell_means(self.corner_power, shells)[shells]
        power[0, 0, 0] = 0  # a box's mean is no noise
        power *= self.box_px**3 / (power * multiplicity(self.box_px)).sum()
        return NoiseLaw(self.box_px, np.sqrt(power), snr)


def wedge_power(power: Volume, shells: npt.NDArray[np.int64]) -> Volume:
    """Share, 0 to 1, of the power that the missing wedge leaves of each coefficient.

    Args:
        power: (n, n, n // 2 + 1) mean over boxes.
        shells: of the same shape, number of the shell of each coefficient.
    """
    share = np.ones_like(power)
    for shell in range(1, int(shells.max()) + 1):
        inside = shells == shell
        values = power[inside]
        filled = values[values >= np.quantile(values, WEDGE_REFERENCE)]
        reference = filled.mean()
        share[inside] = np.clip(values / reference, 0, 1) if reference > 0 else 0.0
    return share


def frequency_shells(box_px: int) -> npt.NDArray[np.int64]:
    """Length of each frequency of ``rfftn`` of a cube, rounded, in Fourier pixels."""
    full = np.square(fft.fftfreq(box_px, 1 / box_px))
    half = np.square(fft.rfftfreq(box_px, 1 / box_px))
    squares = full[:, None, None] + full[None, :, None] + half[None, None, :]
    return np.asarray(np.rint(np.sqrt(squares)), dtype=np.int64)


def shell_means(power: Volume, shells: npt.NDArray[np.int64]) -> Volume:
    """Mean over each shell, by its number."""
    sums = np.bincount(shells.ravel(), weights=power.ravel())
    return np.asarray(sums / np.bincount(shells.ravel()))


def multiplicity(box_px: int) -> Volume:
    """How often each coefficient of ``rfftn`` stands in the full transform: once or twice."""
    twice = np.full(box_px // 2 + 1, 2.0)
    twice[0] = 1
    if box_px % 2 == 0:
        twice[-1] = 1
    return twice
