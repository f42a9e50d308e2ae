"""Clusters of blobs far apart, and of fewer points than clusters."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cryoal.diversity import k_means_clusters


@pytest.mark.parametrize("count", [5, 60])
def test_blobs_are_the_clusters(count: int) -> None:
    generator = torch.Generator().manual_seed(0)
    centres = 100 * torch.randn(count, 6, generator=generator)
    blobs = centres.repeat_interleave(8, 0) + torch.randn(8 * count, 6, generator=generator)
    labels = k_means_clusters(blobs, count, 0).reshape(count, 8)
    whole = (labels == labels[:, :1]).all(axis=1)
    assert whole.mean() > 0.8
    assert np.array_equal(k_means_clusters(blobs, count, 0).reshape(count, 8), labels)


def test_equal_points_make_one_cluster() -> None:
    assert (k_means_clusters(torch.ones(9, 2), 4, 0) == 0).all()
    assert len(np.unique(k_means_clusters(torch.eye(3), 10, 0))) == 3
