"""Pools of items: what is there, read lazily."""

from cryoal.pools.open_pool import open_pool
from cryoal.pools.opening import open_subtomograms
from cryoal.pools.pack import pack_pool
from cryoal.pools.pool import Contrast, Pool
from cryoal.pools.splits import Split, split
from cryoal.pools.subtomograms import SubtomogramPool

__all__ = [
    "Contrast",
    "Pool",
    "Split",
    "SubtomogramPool",
    "open_pool",
    "open_subtomograms",
    "pack_pool",
    "split",
]
