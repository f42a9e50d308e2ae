"""Greedy k-center against all distances in double precision."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from cryoal.diversity import k_center_greedy


def random_points(count: int, size: int, seed: int) -> torch.Tensor:
    """Points of very different lengths, far from the origin."""
    generator = torch.Generator().manual_seed(seed)
    scales = 10 ** (2 * torch.rand(count, 1, generator=generator) - 1)
    return 3 + scales * torch.randn(count, size, generator=generator)


@settings(deadline=None, max_examples=60)
@given(
    count=st.integers(1, 80),
    size=st.integers(1, 40),
    covered=st.integers(0, 30),
    k=st.integers(1, 90),
    seed=st.integers(0, 999),
    weighted=st.booleans(),
)
def test_each_choice_is_the_farthest(
    count: int, size: int, covered: int, k: int, seed: int, weighted: bool
) -> None:
    points, taken = random_points(count, size, seed), random_points(covered, size, seed + 1)
    weights = torch.rand(count, generator=torch.Generator().manual_seed(seed))
    chosen = k_center_greedy(points, k, seed, taken, weights if weighted else None)
    assert len(np.unique(chosen)) == len(chosen) == min(k, count)
    exact = points.double().numpy()
    to_all = np.sqrt(cdist(exact, np.concatenate([taken.double().numpy(), exact]), "sqeuclidean"))
    if weighted:
        to_all *= weights.double().sqrt().numpy()[:, None]
    rounding = 3e-3 * np.linalg.norm(exact, axis=1).max()
    for turn, row in enumerate(chosen):
        if covered + turn == 0:
            continue
        before = [*range(covered), *(covered + chosen[:turn])]
        distances = to_all[:, before].min(axis=1)
        assert distances[row] >= np.delete(distances, chosen[:turn]).max() - rounding


def test_first_point_and_ties_follow_the_seed() -> None:
    corners = torch.tensor([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    firsts = {int(k_center_greedy(corners, 1, seed)[0]) for seed in range(40)}
    assert firsts == {0, 1, 2, 3}
    origin = torch.zeros(1, 2)
    tied = {int(k_center_greedy(corners, 1, seed, origin)[0]) for seed in range(40)}
    assert tied == {0, 1, 2, 3}
    orders = {tuple(k_center_greedy(torch.ones(6, 3), 3, seed).tolist()) for seed in range(20)}
    assert len(orders) > 5


def test_equal_points_far_from_the_origin_count_once() -> None:
    clump = 1000 + torch.arange(3.0).repeat_interleave(50)[:, None].expand(-1, 16)
    chosen = k_center_greedy(clump.contiguous(), 3, 0)
    assert set(chosen // 50) == {0, 1, 2}
