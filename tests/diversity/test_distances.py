"""Distances in blocks against scipy's, in double precision."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist

from cryoal.diversity import (
    count_within,
    distances,
    mean_neighbour_distances,
    nearest_squared_distances,
)


@pytest.fixture(autouse=True, params=[(4096, 1024), (7, 3)])
def _blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distances, "BLOCK", request.param)


def make_points(count: int, seed: int) -> torch.Tensor:
    return 2 + torch.randn(count, 4, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("count", "others"), [(1, 1), (20, 9), (30, 31)])
def test_nearest_and_counts(count: int, others: int) -> None:
    points, rest = make_points(count, 0), make_points(others, 1)
    exact = cdist(points.double(), rest.double())
    assert np.allclose(nearest_squared_distances(points, rest).sqrt(), exact.min(1), atol=1e-4)
    assert np.array_equal(count_within(points, rest, 2.0), (exact < 2.0).sum(1))


@pytest.mark.parametrize(("count", "neighbours"), [(2, 1), (20, 5), (21, 20)])
def test_mean_of_the_nearest_neighbours(count: int, neighbours: int) -> None:
    points = make_points(count, 2)
    exact = np.sort(cdist(points.double(), points.double()), axis=1)[:, 1 : neighbours + 1]
    assert np.allclose(mean_neighbour_distances(points, neighbours), exact.mean(1), atol=1e-4)


def test_a_point_counts_as_its_own_neighbour_once() -> None:
    twins = make_points(6, 3).repeat(2, 1)
    assert (mean_neighbour_distances(twins, 1) == 0).all()
    assert (mean_neighbour_distances(twins, 2) > 0).all()
