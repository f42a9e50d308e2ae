"""Weighted rows against explicit vectors."""

from __future__ import annotations

import torch

from cryoal.diversity import DenseRows, WeightedRows


def test_distances_and_lengths_count_by_the_weight_of_the_row_they_are_seen_from() -> None:
    generator = torch.Generator().manual_seed(0)
    points, weights = torch.randn(9, 4, generator=generator), torch.rand(9, generator=generator)
    rows = WeightedRows(DenseRows(points), weights)
    some, others = torch.tensor([0, 3, 5]), torch.tensor([8, 3])
    wanted = weights[some, None] * (points[some, None] - points[others]).square().sum(2)
    assert torch.allclose(rows.squared_distances(some, others), wanted, atol=1e-5)
    assert torch.allclose(rows.squared_norms, weights * points.square().sum(1))
    assert len(rows) == 9
