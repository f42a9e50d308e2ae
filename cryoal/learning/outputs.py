"""One pass of a task model over many items, giving all that scoring and evaluation need."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric
from torch import Tensor

from cryoal.errors import CryoalError
from cryoal.gradnorm import Aggregate, score
from cryoal.gradnorm.losses import Loss, LossName
from cryoal.learning.dropout import posterior_samples
from cryoal.learning.items import raw_batches
from cryoal.learning.pixels import PIXEL_LOSSES, log_mean_posterior
from cryoal.learning.preparation import Preparation
from cryoal.learning.task_model import TaskModel
from models2d import SegmentationModel2D

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
    """What a model says of ``n`` items, on the CPU, float32; the mean over views of each.

    Of a segmentation model posteriors and embeddings are the means over an item's pixels, and the
    gradient norm is that of the pixels' mean loss.

    Attributes:
        logits: (n, classes), the logarithm of the mean posterior over the views.
        embeddings: (n, embedding_size), or None where not asked for.
        gradient_norms: (n,) for each loss asked for.
        samples: posteriors (samples, n, classes) under dropout, all of the first view, so that they
            differ by dropout alone; or None where not asked for.
        features: (n, feature_size) to judge by how alike items are, or None where not asked for.
    """

    logits: Tensor
    embeddings: Tensor | None = None
    gradient_norms: dict[str, Tensor] = field(default_factory=dict)
    samples: Tensor | None = None
    features: Tensor | None = None

    @property
    def probabilities(self) -> Tensor:
        """Posterior (n, classes)."""
        return self.logits.softmax(1)


def compute_outputs(
    model: TaskModel,
    preparation: Preparation,
    indices: npt.NDArray[np.int64],
    fabric: Fabric,
    *,
    embeddings: bool = False,
    gradient: GradientNormRequest | None = None,
    samples: int = 0,
    seed: int = 0,
    views: int | None = None,
    batch_size: int = 64,
    progress: Progress | None = None,
) -> Outputs:
    """Run ``model`` in eval mode over the items at pool positions ``indices``, in their order.

    Memory beyond the model's own grows with what is asked for (n x classes, n x embedding), never
    with the volumes.

    Args:
        embeddings: whether to give them.
        gradient: the gradient norms to give.
        samples: posteriors under dropout to give of each item.
        seed: of the dropout.
        views: copies of each item to take the mean over, or those of the recipe.

    Raises:
        CryoalError: outputs that are not finite, of a training that diverged.
    """
    model.to(fabric.device).eval()
    if len(indices) == 0:
        raise ValueError("no item to compute outputs of")
    request = gradient or GradientNormRequest()
    count = preparation.number_of_views(preparation.recipe.views if views is None else views)
    # Made at once and filled: small results kept between large temporaries would fragment memory.
    outputs = Outputs(
        torch.full((len(indices), model.num_classes), -math.inf),
        torch.zeros(len(indices), model.embedding_size) if embeddings else None,
        {loss: torch.zeros(len(indices)) for loss in request.losses},
        torch.empty(samples, len(indices), model.num_classes) if samples else None,
    )
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)  # dropout draws from the global generator
        for place, raw in raw_batches(preparation.pool, indices, batch_size):
            for view, batch in enumerate(preparation.views(fabric.to_device(raw), count)):
                with fabric.autocast():
                    add_view(outputs, place, model, batch, request, 1 / count)
                    if outputs.samples is not None and view == 0:
                        drawn = posterior_samples(model, batch, len(outputs.samples))
                        outputs.samples[:, place] = drawn.cpu()
            if progress is not None:
                progress(place.stop, len(indices))
    if not torch.isfinite(outputs.logits).all():
        raise CryoalError(
            "the model's outputs are not finite: its training diverged; begin anew with a lower "
            "recipe.learning_rate"
        )
    return outputs


def add_view(
    outputs: Outputs,
    place: slice,
    model: TaskModel,
    batch: Tensor,
    request: GradientNormRequest,
    share: float,
) -> None:
    """Add ``share`` of the outputs of one view of a batch to its rows, from one forward pass."""
    of_pixels = isinstance(model, SegmentationModel2D)
    embedded: Tensor | None
    if request.losses:
        losses: list[Loss] = [PIXEL_LOSSES[name] if of_pixels else name for name in request.losses]
        scored = score(model, batch, losses, aggregate=request.aggregate, scope=request.scope)
        for loss, norms in zip(request.losses, scored.norms, strict=True):
            outputs.gradient_norms[loss][place] += share * norms.cpu()
        embedded, logits = scored.embeddings, scored.logits
    else:
        with torch.no_grad():
            embedded = model.embed(batch)
            logits = model.head(embedded)
            if isinstance(model, SegmentationModel2D):
                logits = model.enlarged(logits, batch)
    logits = logits.float()
    log_posterior = log_mean_posterior(logits) if of_pixels else logits.log_softmax(1)
    outputs.logits[place] = torch.logaddexp(
        outputs.logits[place], log_posterior.cpu() + math.log(share)
    )
    if outputs.embeddings is not None:
        if embedded is None:  # the engine sees that of a linear head alone
            with torch.no_grad():
                embedded = model.embed(batch)
        if of_pixels:
            embedded = embedded.mean((2, 3))
        outputs.embeddings[place] += share * embedded.cpu()
