"""Self-supervised objectives against their definitions, written out."""

from __future__ import annotations

import math

import pytest
import torch

from cryoal.learning.pretrain_objectives import OBJECTIVES, barlow_twins, nt_xent, vicreg


def projections(seed: int) -> torch.Tensor:
    return torch.randn(5, 3, generator=torch.Generator().manual_seed(seed))


def test_nt_xent_is_the_mean_over_all_ordered_pairs() -> None:
    first, second = projections(0), projections(1)
    views = [*first, *second]
    losses = []
    for i, view in enumerate(views):
        weights = [
            math.exp(float(torch.cosine_similarity(view, other, dim=0)) / 0.1) for other in views
        ]
        partner = (i + 5) % 10
        losses.append(-math.log(weights[partner] / (sum(weights) - weights[i])))
    assert float(nt_xent(first, second)) == pytest.approx(sum(losses) / 10, rel=1e-5)


def test_vicreg_is_its_three_terms() -> None:
    first, second = projections(0), projections(1)
    wanted = 25 * float(((first - second) ** 2).mean())
    for views in (first, second):
        spread = torch.relu(1 - (views.var(0, correction=0) + 1e-4).sqrt()).mean()
        covariance = torch.cov(views.T)
        off = covariance[~torch.eye(3, dtype=torch.bool)]
        wanted += 12.5 * float(spread) + float((off**2).sum()) / 3
    assert float(vicreg(first, second)) == pytest.approx(wanted, rel=1e-5)


def test_barlow_twins_is_the_distance_of_the_correlation_from_the_identity() -> None:
    first, second = projections(0), projections(1)
    wanted = 0.0
    for i in range(3):
        for j in range(3):
            pair = torch.stack([first[:, i], second[:, j]])
            correlation = float(torch.corrcoef(pair)[0, 1])
            wanted += (correlation - 1) ** 2 if i == j else 0.005 * correlation**2
    assert float(barlow_twins(first, second)) == pytest.approx(wanted, rel=1e-3)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_equal_views_cost_less_than_strange_ones(name: str) -> None:
    first, second = projections(0), projections(1)
    assert OBJECTIVES[name](first, first) < OBJECTIVES[name](first, second)
