"""Pools of items: what is there, read lazily."""

from cryoal.pools.opening import open_pool
from cryoal.pools.pool import Augmentation, Contrast, Pool
from cryoal.pools.subtomograms import SubtomogramPool

__all__ = ["Augmentation", "Contrast", "Pool", "SubtomogramPool", "open_pool"]
