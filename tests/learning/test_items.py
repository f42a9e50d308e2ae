"""Batches: order, prefetch, and shuffles without a remainder."""

from __future__ import annotations

from collections import Counter

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.learning.items import CachedItems, raw_batches, shuffled_positions
from cryoal.pools import SubtomogramPool


def test_raw_batches_come_in_order(blob_pool: SubtomogramPool) -> None:
    indices = np.array([5, 0, 30, 7, 7])
    batches = list(raw_batches(blob_pool, indices, 2))
    assert [place for place, _ in batches] == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert torch.equal(torch.cat([batch for _, batch in batches]), blob_pool.read(indices))
    assert list(raw_batches(blob_pool, indices[:0], 2)) == []


def test_cached_and_uncached_items_are_equal(blob_pool: SubtomogramPool) -> None:
    indices = np.array([3, 1, 20])
    cached, uncached = CachedItems(blob_pool, indices), CachedItems(blob_pool, indices, 0)
    positions = torch.tensor([2, 0, 2])
    assert uncached.cache is None
    assert torch.equal(cached.take(positions), uncached.take(positions))


@settings(deadline=None, max_examples=30)
@given(count=st.integers(1, 20), batch_size=st.integers(1, 25), steps=st.integers(1, 12))
def test_shuffles_visit_all_items_evenly(count: int, batch_size: int, steps: int) -> None:
    generator = torch.Generator().manual_seed(0)
    batches = list(shuffled_positions(count, batch_size, steps, generator))
    assert [len(batch) for batch in batches] == [batch_size] * steps
    visits = Counter(torch.cat(batches).tolist())
    counts = [visits[position] for position in range(count)]
    assert max(counts) - min(counts) <= 1
