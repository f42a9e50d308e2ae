from __future__ import annotations

import pytest
import torch

from cryoal.learning.tail import Tail


@pytest.mark.parametrize("steps", [1, 2, 10, 25, 600])
def test_it_covers_the_last_tenth_and_the_last_step_at_least(steps: int) -> None:
    tail = Tail(steps)
    covered = [step for step in range(1, steps + 1) if tail.covers(step)]
    assert covered[-1] == steps
    assert len(covered) == max(1, -(-steps // 10))
    assert covered == list(range(steps + 1 - len(covered), steps + 1))


def test_means_are_over_steps_and_hold_no_graph() -> None:
    tail, weight = Tail(3), torch.ones(1, requires_grad=True)
    tail.add((2 * weight).sum(), torch.tensor([True, False]))
    tail.add((4 * weight).sum(), torch.tensor([True, True]))
    assert tail.means() == (3.0, 0.75)
    assert not any(loss.requires_grad for loss in tail.losses)
