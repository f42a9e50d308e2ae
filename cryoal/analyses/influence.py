"""How the test loss changes with an item of the training set: Eq. 3 of Wang et al."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cryoal.analyses.flat_model import FlatModel
from cryoal.analyses.gauss_newton import GaussNewton, Progress, Solution
from cryoal.analyses.item_losses import ItemLoss, logit_gradient
from cryoal.errors import CryoalError
from cryoal.gradnorm import MEMORY_BUDGET_BYTES
from cryoal.gradnorm.plan import plan_for
from cryoal.learning.items import CachedItems
from cryoal.strategies import Workshop

MOST_AT_ONCE = 32


@dataclass(frozen=True)
class LabelledItems:
    """Items of a pool with labels.

    Attributes:
        items: (n,) pool positions.
        labels: (n,) outputs of the model.
        stands_for: how many items there were before a random part was taken.
    """

    items: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    stands_for: int

    def __len__(self) -> int:
        return len(self.items)


class TotalInfluence:
    """Influence of items on the loss summed over the test items, for one model.

    sum_j I(x, x_j) = (1/n) h^T grad L(x) with h = H^-1 sum_j grad L(x_j): how much the test loss
    rises if x leaves the training set (Koh and Liang, ICML 2017). The factor 1/n is left out, as
    in the paper's Fig. 3. H is the damped Gauss-Newton matrix of the mean cross-entropy of
    ``training``; inputs are as prediction sees them, in one view.

    Args:
        workshop: with the model.
        training: pool positions (n,) of what it was trained on, or of a part of it.
        test: items to sum over; the sum is scaled to as many as they stand for.
        damping: of H.
    """

    def __init__(
        self,
        workshop: Workshop,
        training: npt.NDArray[np.int64],
        test: LabelledItems,
        damping: float,
    ) -> None:
        self.workshop = workshop
        self.test = test
        self.model = FlatModel(workshop.model.to(workshop.fabric.device))
        self.batch = batch_size(workshop, training[:1])
        batches = TrainingBatches(workshop, training, self.batch)
        self.curvature = GaussNewton(self.model, batches, damping)

    def direction(self, loss: ItemLoss, progress: Progress | None = None) -> Solution:
        """The vector h (P,).

        Raises:
            CryoalError: it is not finite.
        """
        total = torch.zeros_like(self.model.vector)
        for x, labels in self._batches(self.test):
            with torch.no_grad():
                logits = self.model.logits(self.model.vector, x)
            total += self.model.pulled(x, logit_gradient(loss, logits, labels))
        total *= self.test.stands_for / len(self.test)
        solution = self.curvature.solve(total, progress)
        if not torch.isfinite(solution.vector).all():
            raise CryoalError(
                "the influence on the test loss is not finite; give a larger --damping than "
                f"{self.curvature.damping:g}"
            )
        return solution

    def of(
        self, items: LabelledItems, loss: ItemLoss, direction: Tensor
    ) -> npt.NDArray[np.float64]:
        """h^T grad L(x) of each item (n,), with one pass that makes no gradient by parameters."""
        found = np.empty(len(items))
        start = 0
        for x, labels in self._batches(items):
            logits, change = self.model.pushed(x, direction)
            gradient = logit_gradient(loss, logits.detach(), labels)
            products = (gradient * change.detach()).sum(1)
            found[start : start + len(x)] = products.double().cpu().numpy()
            start += len(x)
        return found

    def _batches(self, items: LabelledItems) -> Iterator[tuple[Tensor, Tensor]]:
        labels = torch.from_numpy(items.labels).to(self.workshop.fabric.device)
        for place, x in self.workshop.batches(items.items, self.batch):
            yield x, labels[place]


def batch_size(workshop: Workshop, items: npt.NDArray[np.int64]) -> int:
    """How many items a backward pass takes at once, so that it keeps to a memory budget.

    Args:
        items: some, to try; all are of one size.

    Raises:
        CryoalError: a model that no gradient norms can be had of.
    """
    _, x = next(workshop.batches(items))
    plan = plan_for(workshop.model, x)
    return max(1, min(MOST_AT_ONCE, MEMORY_BUDGET_BYTES // max(1, plan.bytes_per_sample)))


class TrainingBatches:
    """Training items (B, C, *spatial) as prediction sees them, again and again.

    Read once where they fit the cache of ``CachedItems``.

    Args:
        workshop: with the pool.
        items: pool positions (n,).
        size: of a batch.
    """

    def __init__(self, workshop: Workshop, items: npt.NDArray[np.int64], size: int) -> None:
        self.workshop = workshop
        self.size = size
        self.cached = CachedItems(workshop.preparation.pool, items)

    def __iter__(self) -> Iterator[Tensor]:
        for places in torch.split(torch.arange(len(self.cached)), self.size):
            normalised = self.workshop.fabric.to_device(self.cached.take(places))
            yield self.workshop.preparation.view(normalised, 0)
