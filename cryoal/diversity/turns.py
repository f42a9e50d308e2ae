"""Whose turn it is, so that groups end up as even as can be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


def balanced_turns(held: Integers, available: Integers, count: int, seed: int) -> Integers:
    """The group of each of ``count`` choices: always one that holds the fewest.

    Args:
        held: (g,) how many each group holds at the beginning.
        available: (g,) how many it can still get.
        count: how many turns; fewer where not so many are available.
        seed: of ties.

    Returns:
        (min(count, sum of available),) groups in the order of their turns.
    """
    random = np.random.default_rng(seed)
    held, available = held.copy(), available.copy()
    turns = np.empty(min(count, int(available.sum())), np.int64)
    for turn in range(len(turns)):
        open_groups = np.flatnonzero(available > 0)
        fewest = open_groups[held[open_groups] == held[open_groups].min()]
        group = random.choice(fewest)
        turns[turn] = group
        held[group] += 1
        available[group] -= 1
    return turns
