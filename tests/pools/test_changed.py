"""A pool whose boxes are changed as they are read."""

from __future__ import annotations

import numpy as np
import pytest

from cryoal.pools import SubtomogramPool
from cryoal.pools.changed import ChangedPool


def test_boxes_change_and_all_else_stays(blob_pool: SubtomogramPool) -> None:
    seen: list[str] = []

    def doubled(box: np.ndarray, name: str) -> np.ndarray:
        seen.append(name)
        return 2 * box

    pool = ChangedPool(blob_pool, doubled, "doubled")
    assert (pool.read([3, 1]) == 2 * blob_pool.read([3, 1])).all()
    assert seen == [blob_pool.ids[3], blob_pool.ids[1]]
    assert pool.ids == blob_pool.ids
    assert (pool.labels == blob_pool.labels).all()
    assert len(pool) == len(blob_pool)
    assert pool.fingerprint != blob_pool.fingerprint
    assert pool.fingerprint != ChangedPool(blob_pool, doubled, "otherwise").fingerprint
    assert pool.label_fingerprint == blob_pool.label_fingerprint
    with pytest.raises(IndexError):
        pool.read([len(pool)])
