"""Reads every item of a pool to find those that cannot be used."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cryoal.errors import CryoalError
from cryoal.pools.pool import Pool

_BATCH = 64


def check_pool(pool: Pool, progress: Callable[[int, int], None] | None = None) -> list[str]:
    """One line for each item that is damaged, not finite or constant; reads all voxels.

    Args:
        pool: read once, in order.
        progress: called with (items done, items in all).
    """
    faults = []
    count = len(pool)
    batch_size = min(_BATCH, pool.most_at_once)
    for start in range(0, count, batch_size):
        positions = np.arange(start, min(start + batch_size, count))
        try:
            pool.check(positions)
        except CryoalError:
            # The batch names its first bad item; one at a time names them all.
            faults += [fault for at in positions if (fault := _fault(pool, int(at)))]
        if progress is not None:
            progress(int(positions[-1]) + 1, count)
    return faults


def _fault(pool: Pool, at: int) -> str | None:
    try:
        pool.check([at])
    except CryoalError as error:
        return str(error)
    return None
