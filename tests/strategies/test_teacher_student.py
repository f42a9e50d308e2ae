"""Teacher and student: the distance of each item's outputs by loops."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from query_contexts import context_of, random_outputs
from small_pools import bars, small_workshop

from cryoal.strategies import get


@pytest.mark.parametrize("axes", [2, 3])
def test_scores_by_loops(axes: int) -> None:
    strategy, pool = get("teacher-student").strategy(), bars(70, axes)
    workshop = small_workshop(pool, strategy, 3)
    candidates = np.random.default_rng(0).permutation(70)
    context = replace(context_of(random_outputs(70)), candidates=candidates, workshop=workshop)
    wanted = []
    for row, item in enumerate(candidates):
        with torch.no_grad():
            student = workshop.companion(pool.normalise(pool.items[item][None])).softmax(1)[0]
        teacher = context.probabilities[row]
        pairs = zip(teacher.tolist(), student.tolist(), strict=True)
        wanted.append(sum(p * math.log(p / q) for p, q in pairs))
    assert strategy.score(context).tolist() == pytest.approx(wanted, abs=1e-5)


def test_a_student_that_agrees_scores_zero() -> None:
    strategy, pool = get("teacher-student").strategy(), bars(20)
    workshop = small_workshop(pool, strategy, 3)
    with torch.no_grad():
        logits = workshop.companion(pool.normalise(pool.items))
    context = replace(context_of(replace(random_outputs(20), logits=logits)), workshop=workshop)
    assert strategy.score(context).abs().max() < 1e-5
