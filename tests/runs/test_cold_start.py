"""A first query without labels: valid, repeatable, lazy, spread out, and not made of outliers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cryoal.pools import SubtomogramPool
from cryoal.runs.cold_start import diverse_start, k_centre, neighbour_distance, robust_units

BOX_PX = 16


class CountingPool(SubtomogramPool):
    """Balls of a few sizes in noise, made when read; remembers the largest batch."""

    def __init__(self, radii: list[float], box_px: int = BOX_PX) -> None:
        self.ids = [str(at) for at in range(len(radii))]
        self.radii = radii
        self.item_shape = (1, box_px, box_px, box_px)
        self.contrast = "bright"
        self.largest_batch = 0
        self.reads = 0

    def read(self, indices) -> torch.Tensor:
        self.largest_batch = max(self.largest_batch, len(indices))
        self.reads += len(indices)
        return torch.stack([self.volume(int(at)) for at in indices])

    def volume(self, at: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(at)
        volume = torch.randn(self.item_shape, generator=generator)
        box_px = self.item_shape[-1]
        grid = torch.stack(torch.meshgrid(*[torch.arange(box_px) - box_px // 2] * 3, indexing="ij"))
        return volume + 1.5 * (grid.square().sum(0) < self.radii[at] ** 2)


@pytest.fixture(scope="module")
def uneven() -> CountingPool:
    """180 items of the common size, 6 each of two rare ones."""
    return CountingPool([2.0] * 180 + [4.0] * 6 + [6.0] * 6)


def kinds(pool: CountingPool, chosen: np.ndarray) -> int:
    return len({pool.radii[at] for at in chosen})


def test_finds_rare_kinds_that_a_random_query_misses(uneven):
    everything = np.arange(len(uneven.ids))
    diverse = [kinds(uneven, diverse_start(uneven, everything, 8, seed)) for seed in range(5)]
    generator = np.random.default_rng(0)
    random = [kinds(uneven, generator.choice(everything, 8, replace=False)) for _ in range(200)]
    assert np.mean(diverse) > np.mean(random) + 0.8


def test_repeats_under_a_seed_and_reads_each_candidate_once_in_small_batches(uneven):
    candidates = np.arange(0, 192, 2)
    uneven.reads = uneven.largest_batch = 0
    seen: list[tuple[int, int]] = []
    first = diverse_start(uneven, candidates, 12, 3, lambda done, total: seen.append((done, total)))
    assert uneven.reads == 96
    assert uneven.largest_batch <= 64
    assert seen[-1] == (96, 96)
    assert len(first) == len(set(first.tolist())) == 12
    assert first.dtype == np.int64
    assert set(first.tolist()) <= set(candidates.tolist())
    assert first.tolist() == diverse_start(uneven, candidates, 12, 3).tolist()
    assert first.tolist() != diverse_start(uneven, candidates, 12, 4).tolist()
    # A larger query begins with the smaller one.
    assert diverse_start(uneven, candidates, 20, 3)[:12].tolist() == first.tolist()


@pytest.mark.parametrize("count", [3, 10])
def test_all_candidates_where_they_are_no_more_than_asked_for(uneven, count):
    uneven.reads = 0
    assert diverse_start(uneven, np.array([5, 9, 2]), count, 0).tolist() == [5, 9, 2]
    assert uneven.reads == 0


@pytest.mark.parametrize("total", [1, 2, 3, 4, 7])
def test_few_candidates(uneven, total):
    for count in range(1, total + 1):
        chosen = diverse_start(uneven, np.arange(total), count, 0)
        assert len(set(chosen.tolist())) == count


def test_large_boxes_are_binned():
    pool = CountingPool([6.0, 12.0] * 6, box_px=48)
    assert len(diverse_start(pool, np.arange(12), 4, 0)) == 4


def test_isolated_items_are_left_out():
    generator = np.random.default_rng(0)
    crowd = generator.standard_normal((200, 5))
    odd = 100 * generator.standard_normal((10, 5))
    features = robust_units(np.concatenate([crowd, odd]))
    isolation = neighbour_distance(features)
    assert isolation[200:].min() > isolation[:200].max()


def slow_k_centre(features: np.ndarray, count: int, seed: int) -> list[int]:
    chosen = [int(np.random.default_rng(seed).integers(len(features)))]
    while len(chosen) < count:
        left = [at for at in range(len(features)) if at not in chosen]
        nearest = {
            at: min(np.linalg.norm(features[at] - features[one]) for one in chosen) for at in left
        }
        order = sorted(left, key=nearest.__getitem__)
        chosen.append(order[round(0.97 * (len(order) - 1))])
    return chosen


@pytest.mark.parametrize("count", [1, 2, 9, 40])
def test_k_centre_is_its_slow_definition(count):
    features = np.random.default_rng(1).standard_normal((40, 3))
    assert k_centre(features, count, 5).tolist() == slow_k_centre(features, count, 5)


def test_equal_items_are_no_trouble():
    assert len(set(k_centre(np.zeros((6, 2)), 6, 0).tolist())) == 6
    assert np.isfinite(robust_units(np.ones((6, 2)))).all()
