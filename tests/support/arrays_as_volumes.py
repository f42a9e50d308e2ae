"""An array that is read like a tomogram."""

from __future__ import annotations

import numpy as np

Place = tuple[int, int, int]


class ArrayVolume:
    """Notes what was read."""

    def __init__(self, voxels: np.ndarray) -> None:
        self.voxels = voxels
        self.reads: list[tuple[Place, Place]] = []

    @property
    def shape(self) -> Place:
        z, y, x = self.voxels.shape
        return z, y, x

    def read(self, low: Place, high: Place) -> np.ndarray:
        self.reads.append((low, high))
        ends = zip(low, high, strict=True)
        assert all(0 <= first < last for first, last in zip(low, high, strict=True))
        assert all(last <= size for last, size in zip(high, self.shape, strict=True))
        return np.array(self.voxels[tuple(slice(*end) for end in ends)], np.float32)
