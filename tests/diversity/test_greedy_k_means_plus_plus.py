"""Greedy, weighted k-means++ against its potential in double precision."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from cryoal.diversity import greedy_k_means_plus_plus


def points_of(count: int, size: int, seed: int) -> torch.Tensor:
    """Whole numbers, so that float32 distances are exact and equal points occur."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(-9, 10, (count, size), generator=generator).float()


def weights_of(count: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed + 1)
    return torch.randint(0, 5, (count,), generator=generator).float()


def reference(
    points: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
    count: int,
    seed: int,
    covered: npt.NDArray[np.float64],
) -> list[int]:
    """The definition, from all distances, with the same random numbers."""
    squares = cdist(points, points, "sqeuclidean")
    to_covered = cdist(points, covered, "sqeuclidean")
    nearest = to_covered.min(1) if len(covered) else np.full(len(points), np.inf)
    random = np.random.default_rng(seed)
    count = min(count, len(points))
    chosen: list[int] = []
    while len(chosen) < count:
        left = ~np.isin(np.arange(len(points)), chosen)
        odds = left * (weights if np.isinf(nearest[0]) else weights * nearest)
        if odds.sum() == 0:
            odds = left.astype(float)
        marks = odds.sum() * random.random(2 + int(np.log(count)))
        tried = [int(np.flatnonzero(np.cumsum(odds) > mark)[0]) for mark in marks]
        potentials = [weights @ np.minimum(nearest, squares[:, row]) for row in tried]
        best = tried[int(np.argmin(potentials))]
        nearest = np.minimum(nearest, squares[:, best])
        chosen.append(best)
    return chosen


@settings(deadline=None, max_examples=80)
@given(
    count=st.integers(1, 60),
    size=st.integers(1, 8),
    covered=st.integers(0, 20),
    k=st.integers(1, 70),
    seed=st.integers(0, 999),
)
def test_each_choice_is_the_best_of_those_drawn(
    count: int, size: int, covered: int, k: int, seed: int
) -> None:
    points, weights = points_of(count, size, seed), weights_of(count, seed)
    taken = points_of(covered, size, seed + 2)
    chosen = greedy_k_means_plus_plus(points, weights, k, seed, taken if covered else None)
    arrays = (points.double().numpy(), weights.double().numpy())
    assert chosen.tolist() == reference(*arrays, k, seed, taken.double().numpy())
    assert len(set(chosen.tolist())) == min(count, k)


def test_an_outlier_is_left_aside_for_a_crowd() -> None:
    generator = torch.Generator().manual_seed(0)
    crowd = torch.tensor([5.0, 0]) + 0.1 * torch.randn(200, 2, generator=generator)
    points = torch.cat([crowd, torch.tensor([[0.0, -12]])])
    firsts = [
        int(greedy_k_means_plus_plus(points, torch.ones(201), 8, seed, torch.zeros(1, 2))[0])
        for seed in range(30)
    ]
    assert sum(first == 200 for first in firsts) < 3


def test_what_is_covered_is_not_chosen_and_weight_attracts() -> None:
    centres = torch.tensor([[0.0, 0], [10, 0], [0, 10]])
    points = centres.repeat_interleave(50, 0)
    points += 0.1 * torch.randn(150, 2, generator=torch.Generator().manual_seed(0))
    weights = torch.ones(150)
    two = greedy_k_means_plus_plus(points, weights, 2, 0, centres[:1])
    assert set(two // 50) == {1, 2}
    weights[100:] = 50
    firsts = [greedy_k_means_plus_plus(points, weights, 1, seed)[0] // 50 for seed in range(30)]
    assert firsts.count(2) > 25
