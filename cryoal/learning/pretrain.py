"""Self-supervised training of a task model's body on items without labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim.swa_utils import update_bn

from cryoal.errors import CryoalError
from cryoal.learning.items import CachedItems, shuffled_positions
from cryoal.learning.preparation import Preparation
from cryoal.learning.pretrain_objectives import OBJECTIVES
from cryoal.learning.pretrain_settings import PretrainSettings
from cryoal.learning.tail import Tail
from cryoal.learning.task_model import TaskModel
from cryoal.learning.train import Progress, channels_last
from cryoal.volumes.noise_split import NoiseSplit

# Items whose mean power spectrum stands for the noise of all.
NOISE_ITEMS = 128
# Batches over which BatchNorm's running statistics are taken anew at the end.
STATISTICS_BATCHES = 20


@dataclass(frozen=True)
class PretrainResult:
    """What a self-supervised training says of itself; it looked at no label.

    Attributes:
        steps: optimiser steps taken.
        loss: mean loss over the last tenth of the steps.
        matched: share of views whose partner was the most similar of all views in the batch,
            over the same steps; 1 / (2 batch_size - 1) is chance.
    """

    steps: int
    loss: float
    matched: float


def pretrain(
    model: TaskModel,
    preparation: Preparation,
    indices: npt.NDArray[np.int64],
    fabric: Fabric,
    seed: int,
    settings: PretrainSettings,
    progress: Progress | None = None,
) -> PretrainResult:
    """Train all of ``model`` but its head in place on the items at pool positions ``indices``.

    On the CPU the same seed gives the same weights. The model is left in eval mode, with
    BatchNorm statistics of items as prediction sees them, so that ``embed`` gives features at
    once. Items are kept in memory as ``train`` keeps them; beyond that nothing grows with them.

    Args:
        indices: (n,) pool positions; their labels are not read.
        progress: called with (step, steps).

    Raises:
        CryoalError: fewer than two items, or the loss became infinite or NaN.
    """
    if len(indices) < 2:
        raise CryoalError("pretraining compares items and needs two of them at the least")
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)  # for the projector's weights and for dropout layers
        return run_steps(model, preparation, indices, fabric, seed, settings, progress)


def run_steps(
    model: TaskModel,
    preparation: Preparation,
    indices: npt.NDArray[np.int64],
    fabric: Fabric,
    seed: int,
    settings: PretrainSettings,
    progress: Progress | None,
) -> PretrainResult:
    items = CachedItems(preparation.pool, indices)
    order = torch.Generator().manual_seed(seed)
    draws = torch.Generator(device=fabric.device).manual_seed(seed + 1)
    views = make_views(preparation, items, order, settings)
    objective = OBJECTIVES[settings.objective]
    learner = Learner(model, settings.projection_size)
    optimizer = make_optimizer(learner, settings)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=settings.steps + 1, cycle_momentum=False
    )
    wrapped, optimizer = fabric.setup(learner, optimizer)
    wrapped.train()
    batch_size = min(settings.batch_size, len(items))
    layout = channels_last(len(preparation.pool.item_shape))
    tail = Tail(settings.steps)
    for step, positions in enumerate(
        shuffled_positions(len(items), batch_size, settings.steps, order), start=1
    ):
        batch = fabric.to_device(items.take(positions))
        pair = torch.cat(views(batch, draws)).contiguous(memory_format=layout)
        first, second = wrapped(pair).chunk(2)
        loss = objective(first, second)
        optimizer.zero_grad(set_to_none=True)
        fabric.backward(loss)
        optimizer.step()
        schedule.step()
        if tail.covers(step):
            tail.add(loss, matched(first.detach(), second.detach()))
        if progress is not None:
            progress(step, settings.steps)
    batches = prediction_batches(items, preparation, fabric, batch_size, order)
    update_bn(batches, wrapped)
    model.eval()
    mean_loss, share = tail.means()
    if not math.isfinite(mean_loss):
        raise CryoalError(
            f"pretraining diverged, the loss is {mean_loss}; begin anew with a lower "
            f"learning rate of the pretraining than {settings.learning_rate:g}"
        )
    return PretrainResult(settings.steps, mean_loss, share)


class Learner(nn.Module):
    """The model's body and a projector that is thrown away afterwards.

    One hidden layer, as in SimCLR: the objective takes from the projections what views do not
    share, and the embedding before them keeps more of it.
    """

    def __init__(self, model: TaskModel, projection_size: int) -> None:
        super().__init__()
        self.model = model
        self.projector = nn.Sequential(
            nn.Linear(model.embedding_size, projection_size, bias=False),
            nn.BatchNorm1d(projection_size),
            nn.ReLU(),
            nn.Linear(projection_size, projection_size, bias=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Items (B, C, *spatial) to projections (B, projection_size)."""
        projections: Tensor = self.projector(self.model.embed(x))
        return projections


def make_optimizer(learner: Learner, settings: PretrainSettings) -> torch.optim.Optimizer:
    """AdamW on all but the head, which no projection passes; decay acts on weights alone."""
    head = set(learner.model.head.parameters())
    trained = [p for p in learner.parameters() if p not in head]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=settings.learning_rate)


def make_views(
    preparation: Preparation,
    items: CachedItems,
    order: torch.Generator,
    settings: PretrainSettings,
) -> Callable[[Tensor, torch.Generator], tuple[Tensor, Tensor]]:
    """What draws two views of each normalised item of a batch (B, C, *spatial)."""
    recipe = preparation.recipe.model_copy(update={"augmentation": settings.augmentation})
    augment = replace(preparation, recipe=recipe).training_view
    if not settings.split_noise:
        return lambda batch, draws: (augment(batch, draws), augment(batch, draws))
    sample = torch.randperm(len(items), generator=order)[:NOISE_ITEMS]
    split = NoiseSplit.from_items(items.take(sample))

    def views(batch: Tensor, draws: torch.Generator) -> tuple[Tensor, Tensor]:
        first, second = split(batch, draws)
        return augment(first, draws), augment(second, draws)

    return views


def prediction_batches(
    items: CachedItems,
    preparation: Preparation,
    fabric: Fabric,
    batch_size: int,
    order: torch.Generator,
) -> Iterator[Tensor]:
    """Items as the model sees them in prediction, for BatchNorm's running statistics."""
    copies = preparation.number_of_views(preparation.recipe.views)
    batches = shuffled_positions(len(items), batch_size, STATISTICS_BATCHES, order)
    for number, positions in enumerate(batches):
        batch = fabric.to_device(items.take(positions))
        yield preparation.view(batch, number % copies)


def matched(first: Tensor, second: Tensor) -> Tensor:
    """Which of the 2 B projections have their partner as the most similar of all others."""
    views = F.normalize(torch.cat([first, second]).float(), dim=1)
    similarity = views @ views.mT
    similarity.fill_diagonal_(-torch.inf)
    partner = torch.arange(len(views), device=views.device).roll(len(first))
    return similarity.argmax(1) == partner
