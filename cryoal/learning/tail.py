"""How a training went towards its end."""

from __future__ import annotations

import torch
from torch import Tensor

FROM = 0.9
"""Share of the steps after which the tail begins."""


class Tail:
    """Mean loss and share of hits over the last tenth of a training.

    Kept on the device until asked for, so that no step waits for it.

    Args:
        steps: of the whole training, at least 1.
    """

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.losses: list[Tensor] = []
        self.hits: list[Tensor] = []

    def covers(self, step: int) -> bool:
        """Whether ``step``, counted from 1, belongs to it."""
        return step > FROM * self.steps

    def add(self, loss: Tensor, hits: Tensor) -> None:
        """Note a step that it covers.

        Args:
            loss: a scalar.
            hits: (n,) of 0 and 1, or their mean.
        """
        self.losses.append(loss.detach())
        self.hits.append(hits.detach().float().mean())

    def means(self) -> tuple[float, float]:
        """Loss and share of hits."""
        return float(torch.stack(self.losses).mean()), float(torch.stack(self.hits).mean())
