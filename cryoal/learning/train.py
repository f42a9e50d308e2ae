"""Supervised training of a task model on the labelled set."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from torch import Tensor, nn

from cryoal.errors import CryoalError
from cryoal.learning.companion import Companion, TrainingStep
from cryoal.learning.items import CachedItems, shuffled_positions
from cryoal.learning.preparation import Preparation
from cryoal.learning.pseudo_labels import PseudoLabels, pseudo_batches
from cryoal.learning.recipe import Recipe
from cryoal.learning.tail import Tail
from cryoal.learning.task_model import TaskModel

Progress = Callable[[int, int], None]
Batch = TypeVar("Batch")


@dataclass(frozen=True)
class TrainingResult:
    """What a training says of itself; no test item was looked at.

    Attributes:
        steps: optimiser steps taken.
        loss: mean training loss (with smoothing and weights) over the last tenth of the steps.
        accuracy: share of the augmented training views classified rightly over the same steps.
    """

    steps: int
    loss: float
    accuracy: float


def train(
    model: TaskModel,
    preparation: Preparation,
    indices: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int64],
    fabric: Fabric,
    seed: int,
    progress: Progress | None = None,
    companion: Companion | None = None,
    pseudo: PseudoLabels | None = None,
) -> TrainingResult:
    """Train ``model`` in place on the items at pool positions ``indices``.

    With pseudo-labels each step takes as many items of theirs beside the labelled ones, and the
    loss is the mean of both halves. The weights after the last step are the result: nothing is
    picked by looking at other data. On the CPU the same seed gives the same weights.

    Args:
        indices: (n,) pool positions.
        labels: (n,) class positions.
        progress: called with (step, steps).
        companion: trained in place beside the model, by the same optimiser.
        pseudo: what a teacher says of items without labels.

    Raises:
        CryoalError: the loss became infinite or NaN.
    """
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)  # dropout layers draw from the global generator
        return run_steps(
            model, preparation, indices, labels, fabric, seed, progress, companion, pseudo
        )


def run_steps(
    model: TaskModel,
    preparation: Preparation,
    indices: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int64],
    fabric: Fabric,
    seed: int,
    progress: Progress | None,
    companion: Companion | None,
    pseudo: PseudoLabels | None,
) -> TrainingResult:
    recipe = preparation.recipe
    items = CachedItems(preparation.pool, indices)
    targets = torch.from_numpy(labels)
    steps = recipe.steps(len(items))
    weights = class_weights(targets, model.num_classes, recipe).to(fabric.device)
    layout = channels_last(len(preparation.pool.item_shape))
    order = torch.Generator().manual_seed(seed)
    draws = torch.Generator(device=fabric.device).manual_seed(seed + 1)
    guesses = None
    if pseudo is not None:
        guesses = pseudo_batches(pseudo, preparation.pool, recipe.batch_size, steps, seed + 2)

    def losses_of(wrapped: nn.Module, positions: Tensor, done: float) -> StepLosses:
        batch, labelled = items.take(positions), len(positions)
        target = F.one_hot(targets[positions], model.num_classes).float()
        if guesses is not None:
            others, posteriors = next(guesses)
            batch, target = torch.cat([batch, others]), torch.cat([target, posteriors])
        batch, target = fabric.to_device(batch), fabric.to_device(target)
        views = preparation.training_view(batch, draws).contiguous(memory_format=layout)
        outputs = wrapped(views)
        losses = F.cross_entropy(outputs, target, reduction="none")
        logits, answers = outputs[:labelled], target[:labelled].argmax(1)
        loss = F.cross_entropy(
            logits, answers, weight=weights, label_smoothing=recipe.label_smoothing
        )
        if guesses is not None:
            loss = (loss + losses[labelled:].mean()) / 2
        joint = loss
        if companion is not None:
            joint = loss + companion.loss(TrainingStep(views, outputs, target, losses, done))
        return StepLosses(joint, loss, logits.argmax(1) == answers)

    batches = shuffled_positions(len(items), recipe.batch_size, steps, order)
    if companion is None:
        return descend([model], recipe, fabric, batches, steps, losses_of, progress, layout)
    trained = [model, companion.to(fabric.device).train()]
    with companion.attach(model.train()):
        return descend(trained, recipe, fabric, batches, steps, losses_of, progress, layout)


@dataclass(frozen=True)
class StepLosses:
    """What a step of a training lost.

    Attributes:
        joint: scalar that the optimiser lowers.
        loss: scalar that is told of, the task model's part of it.
        hits: 0 and 1, which of what the step learns from was told rightly; or the share of it.
    """

    joint: Tensor
    loss: Tensor
    hits: Tensor


def descend(
    trained: Sequence[nn.Module],
    recipe: Recipe,
    fabric: Fabric,
    batches: Iterable[Batch],
    steps: int,
    losses_of: Callable[[nn.Module, Batch, float], StepLosses],
    progress: Progress | None,
    layout: torch.memory_format,
) -> TrainingResult:
    """An optimiser step on each of ``batches``; what is trained is left in eval mode.

    In mixed precision the weights lie in memory as the batches do, which makes a step a fifth
    faster; in 32 bits some models gain by it and others lose, so that there they stay.

    Args:
        trained: the task model first.
        batches: as many as ``steps``, in the memory layout ``layout``.
        losses_of: of the task model as wrapped for its device, a batch, and the share of the
            training that is over after the step.

    Raises:
        CryoalError: the loss became infinite or NaN.
    """
    if recipe.precision.endswith("mixed"):
        lay_out(trained[0], layout)
    optimizer = make_optimizer(trained, recipe)
    schedule = make_schedule(optimizer, recipe, steps)
    wrapped, optimizer = fabric.setup(trained[0], optimizer)
    wrapped.train()
    tail = Tail(steps)
    for step, batch in enumerate(batches, start=1):
        lost = losses_of(wrapped, batch, step / steps)
        optimizer.zero_grad(set_to_none=True)
        fabric.backward(lost.joint)
        optimizer.step()
        schedule.step()
        if tail.covers(step):
            tail.add(lost.loss, lost.hits)
        if progress is not None:
            progress(step, steps)
    for module in trained:
        module.eval()
    # As weights that were read from a file lie: sums come out the same to the last bit.
    lay_out(trained[0], torch.contiguous_format)
    mean_loss, accuracy = tail.means()
    if not math.isfinite(mean_loss):
        raise CryoalError(
            f"training diverged, the loss is {mean_loss}; begin anew with a lower "
            f"recipe.learning_rate than {recipe.learning_rate:g}"
        )
    return TrainingResult(steps, mean_loss, accuracy)


def lay_out(model: nn.Module, layout: torch.memory_format) -> None:
    """Give the weights of ``model`` this memory layout, in place."""
    model.to(memory_format=layout)  # type: ignore[call-overload] # torch's types lack it


def channels_last(item_dimensions: int) -> torch.memory_format:
    """Memory layout in which a training step is fastest: a quarter faster in 3D on a CPU.

    Args:
        item_dimensions: of one item with its channel, 4 for volumes and 3 for images.
    """
    return torch.channels_last_3d if item_dimensions == 4 else torch.channels_last


def class_weights(targets: Tensor, num_classes: int, recipe: Recipe) -> Tensor:
    """Loss weight of each class (num_classes,); ``balanced`` is n / (classes x count)."""
    if recipe.class_weights == "none":
        return torch.ones(num_classes)
    counts = torch.bincount(targets, minlength=num_classes)
    present = (counts > 0).sum()
    return len(targets) / (present * counts.clamp_min(1))


def make_optimizer(modules: Sequence[nn.Module], recipe: Recipe) -> torch.optim.Optimizer:
    """Weight decay acts on weights alone: biases and normalisation scales are left free."""
    parameters = [p for module in modules for p in module.parameters()]
    decayed = [p for p in parameters if p.ndim > 1]
    free = [p for p in parameters if p.ndim <= 1]
    groups = [
        {"params": decayed, "weight_decay": recipe.weight_decay},
        {"params": free, "weight_decay": 0.0},
    ]
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=recipe.learning_rate, momentum=recipe.momentum)
    return torch.optim.AdamW(groups, lr=recipe.learning_rate)


def make_schedule(
    optimizer: torch.optim.Optimizer, recipe: Recipe, steps: int
) -> torch.optim.lr_scheduler.LRScheduler:
    if recipe.schedule == "constant":
        return torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0, total_iters=1)
    if recipe.schedule == "step":
        return torch.optim.lr_scheduler.MultiStepLR(optimizer, [steps * 4 // 5], gamma=0.1)
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=recipe.learning_rate, total_steps=steps + 1, cycle_momentum=False
    )
