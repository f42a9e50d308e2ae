"""SRAAL: the indicator by hand; labelled states and halves of the latent vector in their place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from query_contexts import context_of, random_outputs
from small_pools import bars, small_workshop

from cryoal.strategies.sraal import Sraal, uncertainty

EASY = Sraal(latent=8, width=4, hidden=(32,), rounds=60, batch_size=12, learning_rate=5e-3)


def slow_uncertainty(posterior: list[float]) -> float:
    """With the variances of actual vectors."""
    classes = len(posterior)
    largest = max(posterior)
    even = [largest] + [(1 - largest) / (classes - 1)] * (classes - 1)
    if np.var(posterior) < 1e-15:
        return 1 - largest
    return float(1 - largest * np.var(even) / np.var(posterior))


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_uncertainty_by_loops(classes: int) -> None:
    generator = np.random.default_rng(0)
    rows = generator.dirichlet([0.5] * classes, 40)
    rows[0], rows[1] = np.eye(classes)[0], 1 / classes
    found = uncertainty(torch.from_numpy(rows))
    assert found.tolist() == pytest.approx([slow_uncertainty(row) for row in rows.tolist()])
    assert found[0] == 0
    assert found[1] == pytest.approx(1 - 1 / classes)


def test_uncertain_and_unlike_the_labelled_comes_first() -> None:
    """Labelled are bars along z and y; those along x alone are uncertain."""
    pool = bars(120, axes=3, noise=0.3)
    strange = pool.labels == 2
    labelled = np.flatnonzero(~strange)[:20]
    candidates = np.setdiff1d(np.arange(120), labelled)
    logits = torch.zeros(len(candidates), 3)
    logits[~strange[candidates], 0] = 9.0
    context = replace(
        context_of(replace(random_outputs(len(candidates)), logits=logits)),
        candidates=candidates,
        labelled=labelled,
        labels=pool.labels[labelled],
        workshop=small_workshop(pool, EASY, 3),
    )
    chosen = EASY.select(context, 20)
    assert strange[chosen].mean() > 0.8
