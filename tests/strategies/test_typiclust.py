"""TypiClust against its algorithm in plain loops, given the same clusters."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from query_contexts import context_of

from cryoal.diversity import k_means_clusters
from cryoal.learning.outputs import Outputs
from cryoal.strategies import get
from cryoal.strategies.typiclust import TypiClust


def of_features(features: torch.Tensor) -> Outputs:
    return Outputs(torch.zeros(len(features), 3), features=features)


def plain_typiclust(points: np.ndarray, clusters: np.ndarray, labelled: int, k: int) -> list[int]:
    """Rows of ``points`` after the first ``labelled``, one by one as the paper says."""
    sizes = {c: (clusters == c).sum() for c in set(clusters.tolist())}
    labels = {c: (clusters[:labelled] == c).sum() for c in sizes}
    order = sorted((c for c in sizes if sizes[c] >= 5), key=lambda c: (labels[c], -sizes[c], c))
    left = set(range(labelled, len(points)))
    chosen: list[int] = []
    turn = 0
    while len(chosen) < k:
        members = [row for row in left if clusters[row] == order[turn % len(order)]]
        turn += 1
        if not members:
            continue
        typicality = {}
        for row in members:
            others = sorted(np.linalg.norm(points[row] - points[o]) for o in members if o != row)
            nearest = others[: min(20, len(members) // 2)]
            typicality[row] = 1 / (np.mean(nearest) if nearest else 1)
        chosen.append(max(typicality, key=typicality.__getitem__))
        left.remove(chosen[-1])
    return [row - labelled for row in chosen]


@pytest.mark.parametrize(("labelled", "k"), [(0, 4), (6, 5), (3, 40)])
def test_against_plain_loops(labelled: int, k: int) -> None:
    generator = torch.Generator().manual_seed(labelled)
    features = torch.randn(labelled + 90, 4, generator=generator)
    strategy = TypiClust(most_clusters=8)
    context = context_of(of_features(features[labelled:]), of_features(features[:labelled]), seed=3)
    units = torch.nn.functional.normalize(features)
    clusters = k_means_clusters(units, min(labelled + k, 8), 3)
    wanted = plain_typiclust(units.double().numpy(), clusters, labelled, k)
    assert strategy.select(context, k).tolist() == wanted


def test_clusters_without_a_label_come_first_by_size() -> None:
    generator = torch.Generator().manual_seed(0)
    sizes = (30, 20, 12, 3)
    blob = torch.arange(4).repeat_interleave(torch.tensor(sizes))
    features = 10 * torch.eye(4)[blob] + 0.3 * torch.randn(len(blob), 4, generator=generator)
    labelled = 10 * torch.eye(4)[:1]
    context = context_of(of_features(features), of_features(labelled))
    chosen = get("typiclust").strategy().select(context, 3)
    # The first has a label and the last has fewer than five items.
    assert blob[chosen].tolist() == [1, 2, 0]


def test_small_clusters_serve_where_the_others_run_out() -> None:
    features = torch.eye(6).repeat_interleave(torch.tensor([7, 1, 1, 1, 1, 1]), 0)
    chosen = get("typiclust").strategy().select(context_of(of_features(features)), 12)
    assert sorted(chosen) == list(range(12))
