"""gradnorm-diverse: where gradients are large and no label is near."""

from __future__ import annotations

import numpy as np
import torch
from query_contexts import context_of
from scipy.spatial.distance import cdist

from cryoal.learning.outputs import Outputs
from cryoal.strategies import get

CENTRES = 10 * torch.eye(4)


def outputs_of(groups: list[int], norms: list[float], logits: torch.Tensor, seed: int) -> Outputs:
    """Items around four centres, with the gradient norm of their group."""
    generator = torch.Generator().manual_seed(seed)
    place = torch.tensor(groups)
    embeddings = CENTRES[place] + 0.3 * torch.randn(len(groups), 4, generator=generator)
    return Outputs(logits, embeddings, {"entropy": torch.tensor(norms)[place]})


def select(groups: list[int], norms: list[float], known: list[int], k: int) -> list[int]:
    """Groups of a query where items of the groups ``known`` are labelled."""
    # The model predicts class 0 of everything: what it predicts plays no part.
    logits = torch.tensor([[3.0, 0]])
    outputs = outputs_of(groups, norms, logits.repeat(len(groups), 1), seed=0)
    labelled = outputs_of(known, norms, logits.repeat(len(known), 1), seed=1)
    chosen = get("gradnorm-diverse").strategy().select(context_of(outputs, labelled), k)
    return [groups[item] for item in chosen]


def test_a_class_that_no_label_shows_is_found_though_never_predicted() -> None:
    groups = [0] * 60 + [1] * 60 + [2] * 60 + [3] * 6
    assert 3 in select(groups, [1.0, 1.0, 1.0, 1.0], [0, 1, 2], k=2)


def test_near_a_label_a_large_gradient_counts_for_little() -> None:
    groups = [0] * 60 + [1] * 60
    assert select(groups, [5.0, 1.0], [0], k=1) == [1]


def test_of_equally_far_items_those_of_large_gradients_are_asked_for() -> None:
    groups = [1] * 60 + [2] * 60 + [3] * 60
    assert select(groups, [1.0, 1.0, 20.0, 1.0], [0], k=1) == [2]


def test_each_item_has_the_largest_product_of_norm_and_squared_distance() -> None:
    generator = torch.Generator().manual_seed(3)
    embeddings = torch.randn(50, 6, generator=generator)
    norms = torch.rand(50, generator=generator)
    known = torch.randn(4, 6, generator=generator)
    outputs = Outputs(torch.randn(50, 3, generator=generator), embeddings, {"entropy": norms})
    labelled = Outputs(torch.zeros(4, 3), known)
    chosen = get("gradnorm-diverse").strategy().select(context_of(outputs, labelled, seed=5), 9)
    points, weights = embeddings.double().numpy(), norms.double().numpy()
    centres = known.double().numpy()
    for item in chosen:
        products = weights * cdist(points, centres, "sqeuclidean").min(axis=1)
        assert products[item] >= products.max() - 1e-5
        centres = np.concatenate([centres, points[[item]]])
