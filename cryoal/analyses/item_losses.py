"""The losses whose gradients the paper compares."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from cryoal.gradnorm import Loss
from cryoal.gradnorm.losses import entropy, expected, logit_gradients
from cryoal.studies.true_gradients import LabelledLoss

ItemLoss = Callable[[Tensor, Tensor], Tensor]
"""From logits (B, C) and labels (B,) to one loss an item (B,)."""

TRUE_LABEL = "true label"


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy (B,) of the true labels, which only an oracle knows."""
    return F.cross_entropy(logits, labels, reduction="none")


ITEM_LOSSES: dict[str, ItemLoss] = {
    "expected": lambda logits, _: expected(logits),
    "entropy": lambda logits, _: entropy(logits),
    TRUE_LABEL: cross_entropy,
}
"""Eq. 6, Eq. 7 and the loss that both stand for, by name."""


def logit_gradient(loss: ItemLoss, logits: Tensor, labels: Tensor) -> Tensor:
    """Gradient (B, C) of each item's loss by its own logits."""
    ((_, gradient),) = logit_gradients(lambda z: loss(z, labels), logits)
    return gradient


def engine_losses(labels: npt.NDArray[np.int64], device: torch.device) -> dict[str, Loss]:
    """The same losses as ``cryoal.gradnorm`` takes them, for items shown once and in order.

    Args:
        labels: (n,) of all items to come.
    """
    known = LabelledLoss(torch.from_numpy(labels).to(device))
    return {"expected": "expected", "entropy": "entropy", TRUE_LABEL: known}
