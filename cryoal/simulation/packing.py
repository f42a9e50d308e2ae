"""Finding room: objects placed at random, none on another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Mask = npt.NDArray[np.bool_]
_TOUCHING = np.ones((3, 3, 3), np.bool_)
_BATCH = 512
_TRIES = 16 * _BATCH


class Packing:
    """A slab that fills with objects; every voxel belongs to one at most.

    Objects stay a voxel apart, faces and edges counted.

    Attributes:
        instances: (z, y, x) uint16, 0 where free, otherwise the number of the object.
        slab: planes z, first and one after last, that objects stay within.
    """

    def __init__(self, shape_zyx: tuple[int, int, int], slab: tuple[int, int]) -> None:
        self.instances = np.zeros(shape_zyx, np.uint16)
        self.slab = slab

    def place(
        self, mask: Mask, number: int, generator: np.random.Generator, margin_px: int = 0
    ) -> npt.NDArray[np.int64] | None:
        """Put an object where it fits, at a place drawn uniformly from those.

        Args:
            mask: (n, n, n) the voxels it takes.
            number: of the object, above 0.
            generator: draws the place.
            margin_px: its centre stays as far from the sides of the tomogram (not of the slab).

        Returns:
            (3,) zyx, where voxel ``n // 2`` of the mask came to lie, or None where
            thousands of draws found no room.
        """
        taken = np.argwhere(mask)
        lowest, highest = taken.min(axis=0), taken.max(axis=0) + 1
        tight = mask[tuple(slice(a, b) for a, b in zip(lowest, highest, strict=True))]
        wide = ndimage.binary_dilation(np.pad(tight, 1), structure=_TOUCHING)
        range_of_corner = self._range(tight.shape, np.array(mask.shape) // 2 - lowest, margin_px)
        if range_of_corner is None:
            return None
        for _ in range(_TRIES // _BATCH):
            corners = generator.integers(*range_of_corner, size=(_BATCH, 3))
            z, y, x = (corners + np.array(tight.shape) // 2).T
            for corner in corners[self.instances[z, y, x] == 0]:
                if self._is_free(wide, corner - 1):
                    self._write(tight, corner, number)
                    return np.asarray(corner - lowest + np.array(mask.shape) // 2)
        return None

    def place_at(self, mask: Mask, corner: npt.NDArray[np.int64], number: int) -> bool:
        """Put an object at a place if it fits; what lies outside the tomogram is left out."""
        wide = ndimage.binary_dilation(np.pad(mask, 1), structure=_TOUCHING)
        if not self._is_free(wide, corner - 1):
            return False
        self._write(mask, corner, number)
        return True

    def _range(
        self, shape: tuple[int, ...], middle: npt.NDArray[np.int64], margin_px: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] | None:
        """Lowest and one after highest first voxel of an object of that shape."""
        sides = np.array([0, margin_px, margin_px])
        low = np.array([self.slab[0], 0, 0])
        high = np.array([self.slab[1], *self.instances.shape[1:]])
        first = np.maximum(low, sides - middle)
        last = np.minimum(high - shape, np.array(self.instances.shape) - sides - middle)
        return (first, last + 1) if (first <= last).all() else None

    def _is_free(self, mask: Mask, corner: npt.NDArray[np.int64]) -> bool:
        inside, part = _overlap(self.instances.shape, mask.shape, corner)
        return not (self.instances[inside].astype(bool) & mask[part]).any()

    def _write(self, mask: Mask, corner: npt.NDArray[np.int64], number: int) -> None:
        inside, part = _overlap(self.instances.shape, mask.shape, corner)
        self.instances[inside][mask[part]] = number


def _overlap(
    whole: tuple[int, ...], part: tuple[int, ...], corner: npt.NDArray[np.int64]
) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Where a part lies within the whole, and which of it does."""
    first = np.maximum(corner, 0)
    last = np.maximum(np.minimum(corner + part, whole), first)
    inside = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
    own = tuple(slice(a, b) for a, b in zip(first - corner, last - corner, strict=True))
    return inside, own
