"""LL4AL: scores are the module's predictions, item by item."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from query_contexts import context_of, random_outputs
from small_pools import bars, small_workshop

from cryoal.strategies import get


@pytest.mark.parametrize("axes", [2, 3])
def test_scores_are_the_predictions_of_each_item_alone(axes: int) -> None:
    strategy, pool = get("ll4al").strategy(), bars(70, axes)
    workshop = small_workshop(pool, strategy, 3)
    module = workshop.companion
    candidates = np.arange(70)[::-1].copy()
    context = replace(context_of(random_outputs(70)), candidates=candidates, workshop=workshop)
    maps: list[torch.Tensor] = []
    layers = [workshop.model.features[place] for place in (2, 5)]
    handles = [
        layer.register_forward_hook(lambda _m, _i, out: maps.append(out)) for layer in layers
    ]
    wanted = []
    with torch.no_grad():
        for item in candidates:
            maps.clear()
            workshop.model(pool.normalise(pool.items[item][None]))
            pooled = [one.flatten(2).mean(2) for one in maps]
            hidden = [
                torch.relu(branch(values))
                for branch, values in zip(module.branches, pooled, strict=True)
            ]
            wanted.append(module.output(torch.cat(hidden, 1)).item())
    for handle in handles:
        handle.remove()
    assert strategy.score(context).tolist() == pytest.approx(wanted, abs=1e-5)
