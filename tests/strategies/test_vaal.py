"""VAAL: what the labelled set lacks is asked for first; sampling does not depend on the batch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from query_contexts import context_of, random_outputs
from small_pools import bars, small_workshop

from cryoal.auxiliary import AdversarialEncoder
from cryoal.strategies import QueryContext
from cryoal.strategies.vaal import Vaal

EASY = Vaal(latent=8, width=4, hidden=(32,), rounds=60, batch_size=12, learning_rate=5e-3)


def lopsided(axes: int, candidates: int = 90) -> tuple[QueryContext, np.ndarray]:
    """Labelled items have no bar along the last axis; whether each item has one."""
    pool = bars(candidates + 20, axes, noise=0.3)
    strange = pool.labels == axes - 1
    labelled = np.flatnonzero(~strange)[:20]
    left = np.setdiff1d(np.arange(len(pool)), labelled)
    context = replace(
        context_of(random_outputs(len(left))),
        candidates=left,
        labelled=labelled,
        labels=pool.labels[labelled],
        workshop=small_workshop(pool, EASY, 3),
    )
    return context, strange


@pytest.mark.parametrize("axes", [2, 3])
def test_what_the_labelled_set_lacks_comes_first(axes: int) -> None:
    context, strange = lopsided(axes)
    chosen = EASY.select(context, 15)
    by_chance = strange[context.candidates].mean()
    assert strange[chosen].mean() > (1 + by_chance) / 2


def test_an_item_scores_the_same_in_any_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """With BatchNorm in training mode at sampling it would not."""
    context, _ = lopsided(3, candidates=70)
    quick = replace(EASY, rounds=3)
    modes = []
    original = AdversarialEncoder.log_odds

    def watched(self: AdversarialEncoder, items: torch.Tensor) -> torch.Tensor:
        modes.append(any(module.training for module in self.modules()))
        alone = torch.cat([original(self, one[None]) for one in items[:5]])
        together = original(self, items)
        assert torch.allclose(alone, together[:5], atol=1e-4)
        return together

    monkeypatch.setattr(AdversarialEncoder, "log_odds", watched)
    quick.score(context)
    assert modes == [False, False]
