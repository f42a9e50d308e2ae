"""Turns of groups against the evenest outcome there is."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.diversity import balanced_turns

GROUPS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=4)


@settings(deadline=None)
@given(groups=GROUPS, count=st.integers(0, 8), seed=st.integers(0, 99))
def test_outcome_is_the_evenest_of_all(
    groups: list[tuple[int, int]], count: int, seed: int
) -> None:
    held, available = np.array(groups, np.int64).T
    turns = balanced_turns(held, available, count, seed)
    assert len(turns) == min(count, available.sum())
    given_to = np.bincount(turns, minlength=len(groups))
    assert (given_to <= available).all()
    outcomes = [
        np.square(held + gifts).sum()
        for gifts in itertools.product(*(range(most + 1) for most in available))
        if sum(gifts) == len(turns)
    ]
    assert np.square(held + given_to).sum() == min(outcomes)


def test_ties_follow_the_seed() -> None:
    zeros, many = np.zeros(4, np.int64), np.full(4, 9)
    assert {int(balanced_turns(zeros, many, 1, seed)[0]) for seed in range(60)} == {0, 1, 2, 3}
