"""Gradient norms under the true labels: what the papers' bound speaks of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from cryoal.errors import CryoalError
from cryoal.gradnorm import Aggregate, Loss, score
from cryoal.learning.pixels import cross_entropies
from cryoal.pools.images import SegmentationPool
from cryoal.runs import ActiveLearningLoop
from cryoal.runs.candidates import scored_items
from cryoal.strategies import Workshop

BATCH = 32

Progress = Callable[[int, int], None]


def true_gradient_norms(
    workshop: Workshop,
    items: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int64],
    aggregate: Aggregate,
    progress: Progress | None = None,
) -> Tensor:
    """Norm (n,) of each item's gradient of the cross-entropy of its true label.

    Wang et al., AAAI 2022, Eq. 5 with the loss that only an oracle knows. For segmentation it is
    the mean over the pixels of the mask.

    Args:
        items: (n,) pool positions.
        labels: (n,) outputs of the model; not used for segmentation.
    """
    loss: Loss = LabelledLoss(torch.from_numpy(labels).to(workshop.fabric.device))
    pool = workshop.preparation.pool
    if isinstance(pool, SegmentationPool):
        loss = MaskedLoss(pool, items)
    return norms_of(workshop, items, {"true": loss}, aggregate, progress=progress)["true"]


def norms_of(
    workshop: Workshop,
    items: npt.NDArray[np.int64],
    losses: Mapping[str, Loss],
    aggregate: Aggregate,
    scope: Literal["all", "head"] = "all",
    progress: Progress | None = None,
) -> dict[str, Tensor]:
    """Gradient norms (n,) of each of the ``losses``, of the workshop's model, in one pass.

    Args:
        items: (n,) pool positions, shown to the losses in this order.
        losses: by any name.
        aggregate, scope: as ``cryoal.gradnorm`` takes them.
    """
    norms = {name: torch.empty(len(items)) for name in losses}
    model = workshop.model.to(workshop.fabric.device).eval()
    for place, batch in workshop.batches(items, BATCH):
        scored = score(model, batch, [*losses.values()], aggregate=aggregate, scope=scope)
        for own, found in zip(norms.values(), scored.norms, strict=True):
            own[place] = found.cpu()
        if progress is not None:
            progress(place.stop, len(items))
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


class MaskedLoss:
    """Mean cross-entropy of the pixels of images that are shown in order, a part at a time.

    Args:
        pool: where their masks are read, when they are needed.
        items: pool positions (n,) of all images to come.
    """

    def __init__(self, pool: SegmentationPool, items: npt.NDArray[np.int64]) -> None:
        self.pool = pool
        self.items = items
        self.seen = 0

    def __call__(self, logits: Tensor) -> Tensor:
        """Loss (B,) of the next B images."""
        first, self.seen = self.seen, self.seen + len(logits)
        masks = self.pool.masks(self.items[first : self.seen])
        return cross_entropies(logits, masks.to(logits.device))


def overlap_with_largest(
    norms: Tensor, items: npt.NDArray[np.int64], chosen: npt.NDArray[np.int64]
) -> float:
    """Share of ``chosen`` among as many ``items`` of the largest norm (Wang et al., Table 1)."""
    order = torch.argsort(norms, descending=True, stable=True)[: len(chosen)]
    return float(np.isin(chosen, items[order.numpy()]).mean())


@dataclass(frozen=True)
class QueryOverlap:
    """How many of a query have a large true gradient norm (Wang et al., Table 1).

    Attributes:
        share: of the query that is among as many candidates of the largest norm.
        candidates: how many had a norm: those of a class that the model does not know have none.
    """

    share: float
    candidates: int


def query_overlap(
    loop: ActiveLearningLoop, cycle: int, progress: Progress | None = None
) -> QueryOverlap:
    """The overlap of the query of ``cycle``, by the model that chose it.

    Raises:
        CryoalError: the cycle's scores cannot be read, or no candidate has a label.
    """
    candidates = scored_items(loop.folder, cycle)
    labels = loop.known_labels(cycle, candidates)
    known = labels >= 0
    if not known.any():
        raise CryoalError(f"{loop.folder.path}: no candidate of cycle {cycle} has a label")
    workshop = loop.models.workshop(cycle)
    aggregate = loop.settings.aggregate
    norms = true_gradient_norms(workshop, candidates[known], labels[known], aggregate, progress)
    chosen = loop.journal.query(cycle)
    share = overlap_with_largest(norms, candidates[known], chosen)
    return QueryOverlap(share, int(known.sum()))
