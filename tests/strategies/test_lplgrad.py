"""LPLgrad: the score is the task model's gradient norm, the companion is trained with it."""

from __future__ import annotations

import numpy as np
from query_contexts import context_of, random_outputs
from small_pools import small_model

from cryoal.auxiliary import LossPrediction
from cryoal.strategies import get


def test_it_ranks_by_the_entropy_gradient_norm_alone() -> None:
    context = context_of(random_outputs(30))
    norms = context.outputs.gradient_norms["entropy"].numpy()
    chosen = get("lplgrad").strategy().select(context, 30)
    assert np.array_equal(chosen, np.argsort(-norms))


def test_its_companion_is_the_loss_prediction_of_the_paper() -> None:
    module = get("lplgrad").strategy().companion(small_model((1, 8, 8, 8), 3), (1, 8, 8, 8))
    assert isinstance(module, LossPrediction)
    assert (module.margin, module.weight, module.detach_after) == (1.0, 1.0, 0.6)
    assert [branch.out_features for branch in module.branches] == [128, 128]
    assert module.output.in_features == 2 * 128
