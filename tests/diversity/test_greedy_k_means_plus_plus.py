"""Greedy, weighted k-means++ against its potential in double precision."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from cryoal.diversity import greedy_k_means_plus_plus


def points_of(count: int, size: int, seed: int) -> torch.Tensor:
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed))


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
    points, taken = points_of(count, size, seed), points_of(covered, size, seed + 1)
    weights = points_of(count, 1, seed + 2)[:, 0].relu()
    chosen = greedy_k_means_plus_plus(points, weights, k, seed, taken if covered else None)
    assert len(set(chosen.tolist())) == len(chosen) == min(count, k)
    exact = points.double().numpy()
    # All distances in double precision; the draws are those of the same seed.
    to_all = cdist(np.concatenate([taken.double().numpy(), exact]), exact, "sqeuclidean")
    mass = weights.double().numpy()
    rounding = 1e-5 * float(mass @ np.square(exact).sum(axis=1))
    random = np.random.default_rng(seed)
    for turn, row in enumerate(chosen.tolist()):
        centres = [*range(covered), *(covered + chosen[:turn])]
        nearest = to_all[centres].min(axis=0) if centres else np.full(count, np.inf)
        odds = mass * nearest if centres else mass.copy()
        odds[chosen[:turn]] = 0
        marks = random.random(2 + int(np.log(len(chosen))))
        if odds.sum() <= 100 * rounding:  # a draw by rounding errors of float32
            continue
        tried = np.searchsorted(np.cumsum(odds), odds.sum() * marks, side="right")
        assert row in tried
        potentials = np.minimum(to_all[covered + tried], nearest) @ mass
        own = np.minimum(to_all[covered + row], nearest) @ mass
        assert own <= potentials.min() + rounding


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
