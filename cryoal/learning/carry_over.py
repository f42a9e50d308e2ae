"""Weights of one training as the start of the next."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from cryoal.learning.task_model import TaskModel


def carry_over(old: TaskModel, new: TaskModel, outputs: Sequence[tuple[int, int]]) -> None:
    """Give ``new`` the weights of ``old``, a model of the same kind with other classes.

    Args:
        outputs: (output of new, output of old) for each class that both know; the weights of
            other outputs stay as they are.
    """
    body = {name: value for name, value in old.state_dict().items() if "head." not in name}
    with torch.no_grad():
        new.load_state_dict(body, strict=False)
        for ours, theirs in zip(new.head.parameters(), old.head.parameters(), strict=True):
            for to, source in outputs:
                ours[to] = theirs[source]
