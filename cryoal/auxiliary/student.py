"""A small network that learns from the task model."""

from __future__ import annotations

from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from cryoal.auxiliary.spatial import CONVOLUTION, NORM
from cryoal.learning.companion import Companion, TrainingStep


class Student(Companion):
    """Imitates the task model's posterior on its training views.

    Three strided 3-wide convolutions with BatchNorm and ReLU, the mean over space, a linear layer.

    Args:
        item_shape: (C, *spatial).
        classes: outputs.
        width: channels of the first convolution; each further one has twice as many.
        weight: of its loss beside the task model's, which it does not change.
    """

    def __init__(
        self, item_shape: tuple[int, ...], classes: int, width: int = 16, weight: float = 1.0
    ) -> None:
        super().__init__()
        axes = len(item_shape) - 1
        layers: list[nn.Module] = []
        for before, after in pairwise((item_shape[0], width, 2 * width, 4 * width)):
            layers += [
                CONVOLUTION[axes](before, after, 3, stride=2, padding=1, bias=False),
                NORM[axes](after),
                nn.ReLU(),
            ]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(4 * width, classes)
        self.weight = weight

    def forward(self, items: Tensor) -> Tensor:
        """Items (B, C, *spatial) to logits (B, classes)."""
        logits: Tensor = self.head(self.body(items).flatten(2).mean(2))
        return logits

    def loss(self, step: TrainingStep) -> Tensor:
        """KL divergence of the student from the task model; the latter gets no gradient of it."""
        return self.weight * divergence(step.logits.detach(), self(step.views)).mean()


def divergence(teacher: Tensor, student: Tensor) -> Tensor:
    """KL(teacher || student) in nats (B,), from logits (B, classes)."""
    known = F.log_softmax(teacher, dim=1)
    return F.kl_div(F.log_softmax(student, dim=1), known, reduction="none", log_target=True).sum(1)
