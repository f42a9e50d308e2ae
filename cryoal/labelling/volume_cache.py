"""Volumes that were read, or are being read in the background."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

import numpy as np
import numpy.typing as npt

Volume = npt.NDArray[np.float32]
KEPT = 32


class VolumeCache:
    """The last volumes that were wanted; all reading happens in one thread of its own.

    Args:
        read: gives the voxels (D, H, W) of an item.
    """

    def __init__(self, read: Callable[[int], Volume]) -> None:
        self._read = read
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cryoal-volumes")
        self._volumes: OrderedDict[int, Future[Volume]] = OrderedDict()
        self._lock = Lock()

    def get(self, item: int) -> Volume:
        """The volume, waiting until it is read.

        Raises:
            CryoalError: it cannot be read; the next call tries again.
        """
        future = self._wanted(item)
        try:
            return future.result()
        except BaseException:
            with self._lock:
                self._volumes.pop(item, None)
            raise

    def get_once(self, item: int) -> Volume:
        """The same without keeping it, so that nothing of more use is lost."""
        with self._lock:
            future = self._volumes.get(item)
        return (future or self._thread.submit(self._read, item)).result()

    def prefetch(self, items: Iterable[int]) -> None:
        """Begin to read items, in this order, that are not here yet."""
        for item in items:
            self._wanted(item)

    def close(self) -> None:
        """Stop reading and wait for the volume that is being read."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._volumes.clear()

    def _wanted(self, item: int) -> Future[Volume]:
        with self._lock:
            if item not in self._volumes:
                self._volumes[item] = self._thread.submit(self._read, item)
            self._volumes.move_to_end(item)
            while len(self._volumes) > KEPT:
                self._volumes.popitem(last=False)
            return self._volumes[item]
