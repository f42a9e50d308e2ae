"""ProbCover against the whole graph of balls."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from query_contexts import context_of
from scipy.spatial.distance import cdist

from cryoal.diversity import k_means_clusters
from cryoal.learning.outputs import Outputs
from cryoal.strategies import get
from cryoal.strategies.probcover import ProbCover


def of_features(features: torch.Tensor, classes: int = 3) -> Outputs:
    return Outputs(torch.zeros(len(features), classes), features=features)


def random_features(count: int, seed: int) -> torch.Tensor:
    return torch.randn(count, 3, generator=torch.Generator().manual_seed(seed))


def test_radius_is_the_largest_with_enough_pure_balls() -> None:
    points = F.normalize(random_features(200, 0))
    clusters = k_means_clusters(points, 4, 7)
    distances = cdist(points.double(), points.double())
    radius = ProbCover().radius(points, 4, 7)

    def purity(delta: float) -> float:
        balls = distances < delta
        same = clusters[:, None] == clusters
        return float((~balls | same).all(axis=1).mean())

    assert purity(radius - 1e-4) >= 0.95
    assert purity(radius + 1e-4) < 0.95


@pytest.mark.parametrize("seed", range(5))
def test_it_covers_greedily(seed: int) -> None:
    features, labelled = random_features(120, seed), random_features(4, seed + 50)
    context = context_of(of_features(features), of_features(labelled), seed=seed)
    strategy = ProbCover()
    units = F.normalize(torch.cat([labelled, features]))
    radius = strategy.radius(units, 3, seed)
    balls = cdist(units[4:].double(), units.double()) < radius
    covered = balls[:, :4].any(axis=1)
    balls = balls[:, 4:]
    for item in strategy.select(context, 15):
        gains = (balls & ~covered).sum(axis=1)
        if gains.max() == 0:
            break
        assert gains[item] == gains.max()
        covered |= balls[item]
    assert covered.sum() > 40


def test_what_a_label_covers_is_left_aside() -> None:
    blob = torch.arange(3).repeat_interleave(torch.tensor([30, 20, 10]))
    noise = torch.randn(60, 3, generator=torch.Generator().manual_seed(0))
    features = torch.eye(3)[blob] + 0.02 * noise
    context = context_of(of_features(features), of_features(torch.eye(3)[:1]))
    chosen = get("probcover").strategy().select(context, 2)
    assert blob[chosen].tolist() == [1, 2]
    assert len(np.unique(get("probcover").strategy().select(context, 60))) == 60
