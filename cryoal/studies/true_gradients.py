"""Gradient norms under the true labels: what the papers' bound speaks of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from cryoal.gradnorm import Aggregate, score
from cryoal.strategies import Workshop

BATCH = 32


def true_gradient_norms(
    workshop: Workshop,
    items: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int64],
    aggregate: Aggregate,
) -> Tensor:
    """Norm (n,) of each item's gradient of the cross-entropy of its true label.

    Wang et al., AAAI 2022, Eq. 5 with the loss that only an oracle knows.

    Args:
        items: (n,) pool positions.
        labels: (n,) outputs of the model.
    """
    loss = LabelledLoss(torch.from_numpy(labels).to(workshop.fabric.device))
    norms = torch.empty(len(items))
    model = workshop.model.to(workshop.fabric.device).eval()
    for place, batch in workshop.batches(items, BATCH):
        norms[place] = score(model, batch, (loss,), aggregate=aggregate).norms[0].cpu()
    return norms


class LabelledLoss:
    """Cross-entropy of items that are shown in order, a part at a time.

    The engine may split a batch to save memory, and gives a loss the logits of a part alone.
    """

    def __init__(self, targets: Tensor) -> None:
        """``targets`` (n,) are the labels of all items to come."""
        self.targets = targets
        self.seen = 0

    def __call__(self, logits: Tensor) -> Tensor:
        """Loss (B,) of the next B items."""
        first, self.seen = self.seen, self.seen + len(logits)
        return F.cross_entropy(logits, self.targets[first : self.seen], reduction="none")


def overlap_with_largest(
    norms: Tensor, items: npt.NDArray[np.int64], chosen: npt.NDArray[np.int64]
) -> float:
    """Share of ``chosen`` among as many ``items`` of the largest norm (Wang et al., Table 1)."""
    order = torch.argsort(norms, descending=True, stable=True)[: len(chosen)]
    return float(np.isin(chosen, items[order.numpy()]).mean())
