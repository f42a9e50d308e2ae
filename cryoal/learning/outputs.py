"""One pass of a task model over many items, giving all that scoring and evaluation need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric
from torch import Tensor

from cryoal.gradnorm import Aggregate, Plan, make_plan, score
from cryoal.gradnorm.losses import LossName
from cryoal.learning.items import raw_batches
from cryoal.learning.preparation import Preparation
from models3d import TaskModel3D

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class GradientNormRequest:
    """Which gradient norms a pass computes.

    Attributes:
        losses: by name, as ``cryoal.gradnorm`` takes them.
        aggregate: ``sum`` or ``global``.
        scope: ``all`` parameters or those of the ``head``.
    """

    losses: tuple[LossName, ...] = ()
    aggregate: Aggregate = "sum"
    scope: Literal["all", "head"] = "all"


@dataclass(frozen=True)
class Outputs:
    """What a model says of ``n`` items, on the CPU, float32.

    Attributes:
        logits: (n, classes).
        embeddings: (n, embedding_size), or None where not asked for.
        gradient_norms: (n,) for each loss asked for.
    """

    logits: Tensor
    embeddings: Tensor | None = None
    gradient_norms: dict[str, Tensor] = field(default_factory=dict)

    @property
    def probabilities(self) -> Tensor:
        """Posterior (n, classes)."""
        return self.logits.softmax(1)


def compute_outputs(
    model: TaskModel3D,
    preparation: Preparation,
    indices: npt.NDArray[np.int64],
    fabric: Fabric,
    *,
    embeddings: bool = False,
    gradient: GradientNormRequest | None = None,
    batch_size: int = 64,
    progress: Progress | None = None,
) -> Outputs:
    """Run ``model`` in eval mode over the items at pool positions ``indices``, in their order.

    Memory beyond the model's own grows with what is asked for (n x classes, n x embedding), never
    with the volumes.
    """
    model.to(fabric.device).eval()
    if len(indices) == 0:
        raise ValueError("no item to compute outputs of")
    request = gradient or GradientNormRequest()
    plan: Plan | None = None
    parts: list[Outputs] = []
    for place, raw in raw_batches(preparation.pool, indices, batch_size):
        batch = preparation(fabric.to_device(raw))
        if request.losses and plan is None:
            plan = make_plan(model, batch)
        with fabric.autocast():
            parts.append(batch_outputs(model, batch, embeddings, request, plan))
        if progress is not None:
            progress(place.stop, len(indices))
    return concatenate(parts)


def batch_outputs(
    model: TaskModel3D,
    batch: Tensor,
    embeddings: bool,
    request: GradientNormRequest,
    plan: Plan | None,
) -> Outputs:
    """Outputs of one batch, from a single forward pass."""
    norms: dict[str, Tensor] = {}
    if request.losses:
        scored = score(
            model,
            batch,
            request.losses,
            aggregate=request.aggregate,
            scope=request.scope,
            plan=plan,
        )
        norms = {
            loss: norm.float().cpu()
            for loss, norm in zip(request.losses, scored.norms, strict=True)
        }
        embedded, logits = scored.embeddings, scored.logits
    else:
        with torch.no_grad():
            embedded = model.embed(batch)
            logits = model.head(embedded)
    kept = embedded.float().cpu() if embeddings and embedded is not None else None
    return Outputs(logits.float().cpu(), kept, norms)


def concatenate(parts: Sequence[Outputs]) -> Outputs:
    """Outputs of consecutive batches as one; there is at least one part."""
    embedded = [part.embeddings for part in parts if part.embeddings is not None]
    return Outputs(
        torch.cat([part.logits for part in parts]),
        torch.cat(embedded) if embedded else None,
        {
            loss: torch.cat([part.gradient_norms[loss] for part in parts])
            for loss in parts[0].gradient_norms
        },
    )
