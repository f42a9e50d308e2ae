"""What the items of a class look like together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import nsmallest

import numpy as np
import numpy.typing as npt

from cryoal.labelling.volume_cache import Volume

AVERAGED = 32
"""Items of a class that are averaged; more cost time and hardly show more."""


class ClassAverages:
    """Averages of normalised volumes; a new label costs one volume, not all again.

    Args:
        volume: gives the voxels (D, H, W) of an item.
    """

    def __init__(self, volume: Callable[[int], Volume]) -> None:
        self._volume = volume
        self._sums: dict[int, npt.NDArray[np.float64]] = {}
        self._items: dict[int, set[int]] = {}

    def average(self, position: int, items: Iterable[int]) -> Volume | None:
        """Mean (D, H, W) over up to 32 of ``items``, each at mean 0 and deviation 1 before.

        Args:
            position: of the class.
            items: that carry it.

        Raises:
            CryoalError: one of them cannot be read.
        """
        wanted = set(nsmallest(AVERAGED, tuple(items)))
        if not wanted:
            return None
        included = self._items.setdefault(position, set())
        for item in sorted(included - wanted):
            self._sums[position] -= self._normalised(item)
            included.remove(item)
        for item in sorted(wanted - included):
            volume = self._normalised(item)
            self._sums[position] = self._sums[position] + volume if included else volume
            included.add(item)
        return (self._sums[position] / len(included)).astype(np.float32)

    def _normalised(self, item: int) -> npt.NDArray[np.float64]:
        volume = self._volume(item).astype(np.float64)
        volume -= volume.mean()
        volume /= volume.std()
        return volume
