"""Boxes cut at another voxel size than the one that is believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from cryoal.volumes.item_chance import generator_of


@dataclass(frozen=True)
class Rescale:
    """Makes the content of a box larger or smaller about its centre, by cubic splines.

    What a smaller content leaves free is filled with white noise of the mean and the deviation of
    the box's own faces.

    Attributes:
        factor: edge of the content over what it was, above 0.
        seed: with the name of a box it fixes the filling.
    """

    factor: float
    seed: int = 0

    def __call__(self, box: npt.NDArray[np.floating], name: str) -> npt.NDArray[np.float32]:
        """``box`` (n, n, n) called ``name``, its content scaled."""
        middle = (len(box) - 1) / 2
        axis = (np.arange(len(box)) - middle) / self.factor + middle
        inside = (axis >= 0) & (axis <= len(box) - 1)
        places = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"))
        scaled = ndimage.map_coordinates(box.astype(np.float64), places, order=3, mode="nearest")
        edge = box[faces(len(box))]
        noise = generator_of(self.seed, name).normal(edge.mean(), edge.std(), box.shape)
        within = inside[:, None, None] & inside[:, None] & inside
        return np.where(within, scaled, noise).astype(np.float32)


def faces(box_px: int) -> npt.NDArray[np.bool_]:
    """Voxels (n, n, n) on the six faces."""
    outside = np.ones((box_px,) * 3, dtype=bool)
    outside[1:-1, 1:-1, 1:-1] = False
    return outside
