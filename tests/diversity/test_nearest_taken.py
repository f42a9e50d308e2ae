"""Draws from bounds against the odds that exact distances give."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cryoal.diversity import DenseRows, NearestTaken


def test_third_draw_has_the_odds_of_exact_distances() -> None:
    points = torch.randn(7, 3, generator=torch.Generator().manual_seed(0))
    exact = (points[:, None] - points).square().sum(2)
    nearest = torch.minimum(exact[2], exact[5])
    counts = np.zeros(7)
    for seed in range(4000):
        draw = NearestTaken(DenseRows(points), torch.full((7,), torch.inf), seed)
        draw.take(2)
        draw.take(5)
        # All bounds know of row 2 alone.
        counts[draw.by_distance(np.flatnonzero(draw.left))] += 1
    assert counts / 4000 == pytest.approx((nearest / nearest.sum()).numpy(), abs=0.03)


def test_no_row_is_farther_than_its_first_bound() -> None:
    points = torch.tensor([[100.0], [0.1], [0.2], [-50.0]])
    draw = NearestTaken(DenseRows(points), points[:, 0].square(), 0)
    draw.take(draw.farthest())
    assert draw.farthest() == 3
    draw.take(3)
    assert draw.farthest() == 2


def test_only_some_rows_are_among_the_drawn() -> None:
    points = torch.arange(10.0)[:, None]
    draw = NearestTaken(DenseRows(points), points[:, 0].square(), 0)
    among = np.array([2, 4])
    draw.take(9)
    assert {draw.by_distance(among) for _ in range(50)} == {2, 4}
