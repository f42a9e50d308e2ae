"""Query by committee: votes counted in loops, members trained anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from query_contexts import context_of, random_outputs
from small_pools import bars, small_workshop

from cryoal.learning.outputs import compute_outputs
from cryoal.strategies import get
from cryoal.strategies.qbc import entropy_share, variation_ratio


def test_variation_ratio_by_loops() -> None:
    ballots = np.random.default_rng(0).integers(4, size=(50, 5))
    wanted = [1 - Counter(row.tolist()).most_common(1)[0][1] / 5 for row in ballots]
    votes = torch.from_numpy(ballots)[:, :, None].eq(torch.arange(4)).sum(1)
    assert variation_ratio(votes).tolist() == pytest.approx(wanted)


def test_entropy_share_is_0_when_certain_and_1_when_even() -> None:
    shares = entropy_share(torch.tensor([[1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]]))
    assert shares.tolist() == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize("members", [1, 3])
def test_scores_are_votes_first_and_entropy_second(members: int) -> None:
    strategy = replace(get("qbc").strategy(), members=members)
    pool = bars(40)
    workshop = small_workshop(pool, strategy, 3)
    context = replace(
        context_of(random_outputs(30), labels=[0, 1, 2, 0, 1]), workshop=workshop, seed=5
    )
    posteriors = [context.probabilities]
    for seed in (6, 7)[: members - 1]:
        model = workshop.train_member(context.labelled, context.labels, seed)
        posteriors.append(
            compute_outputs(
                model, workshop.preparation, context.candidates, workshop.fabric
            ).probabilities
        )
    ballots = torch.stack([one.argmax(1) for one in posteriors]).T.tolist()
    ratios = [1 - Counter(row).most_common(1)[0][1] / members for row in ballots]
    mean = torch.stack(posteriors).mean(0)
    entropy = -(mean * mean.log()).sum(1)
    order = sorted(range(30), key=lambda row: (-round(ratios[row], 6), -float(entropy[row])))
    assert strategy.select(context, 30).tolist() == order
    if members == 3:
        assert len(set(ratios)) > 1


def test_members_differ_from_each_other_and_repeat() -> None:
    pool = bars(40)
    workshop = small_workshop(pool, get("qbc").strategy(), 3)
    labelled = np.arange(9)
    one, same, other = (
        workshop.train_member(labelled, pool.labels[labelled], seed) for seed in (1, 1, 2)
    )
    assert one.head.weight.equal(same.head.weight)
    assert not one.head.weight.equal(other.head.weight)
