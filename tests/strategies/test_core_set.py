"""Core-set against a greedy k-center over the whole distance matrix."""

from __future__ import annotations

import numpy as np
import pytest
from query_contexts import context_of, random_outputs
from scipy.spatial.distance import cdist

from cryoal.strategies import get


@pytest.mark.parametrize("seed", range(5))
def test_it_is_greedy_k_center_from_the_labelled_items(seed: int) -> None:
    outputs, labelled = random_outputs(40, seed=seed), random_outputs(7, seed=seed + 100)
    points = np.concatenate([outputs.embeddings.double(), labelled.embeddings.double()])
    distances = cdist(points, points)
    centres = list(range(40, 47))
    for _ in range(10):
        centres.append(int(distances[:40, centres].min(axis=1).argmax()))
    chosen = get("core-set").strategy().select(context_of(outputs, labelled, seed=seed), 10)
    assert chosen.tolist() == centres[7:]
