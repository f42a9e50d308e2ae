"""The ranking loss by hand, and a module that learns which items have the larger loss."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from small_pools import bars, small_model
from torch import Tensor

from cryoal.auxiliary import LossPrediction, ranking_loss
from cryoal.learning.companion import TrainingStep


def slow_ranking_loss(predicted: list[float], losses: list[float], margin: float) -> float:
    """Pairs (first, last), (second, last but one), ... in a loop."""
    even = len(predicted) - len(predicted) % 2
    total = 0.0
    for one in range(even // 2):
        other = even - 1 - one
        sign = 1 if losses[one] > losses[other] else -1
        total += max(0.0, margin - sign * (predicted[one] - predicted[other]))
    return total / max(even // 2, 1)


@pytest.mark.parametrize("batch", [1, 2, 5, 8])
@pytest.mark.parametrize("margin", [0.0, 1.0])
def test_ranking_loss_by_loops(batch: int, margin: float) -> None:
    generator = torch.Generator().manual_seed(batch)
    predicted, losses = torch.randn(2, batch, generator=generator)
    wanted = slow_ranking_loss(predicted.tolist(), losses.tolist(), margin)
    assert float(ranking_loss(predicted, losses, margin)) == pytest.approx(wanted, abs=1e-6)


def test_ranking_loss_by_hand() -> None:
    predicted = torch.tensor([0.0, 3.0, 1.0, 0.5])
    losses = torch.tensor([2.0, 1.0, 5.0, 1.0])
    # (0, 3): should be larger by 1, is smaller by 0.5 -> 1.5; (1, 2): should be smaller by 1,
    # is larger by 2 -> 3.
    assert float(ranking_loss(predicted, losses, 1.0)) == pytest.approx((1.5 + 3.0) / 2)


@pytest.mark.parametrize(("done", "reaches"), [(0.6, True), (0.61, False)])
def test_features_are_detached_late_in_training(done: float, reaches: bool) -> None:
    model = small_model((1, 8, 8), 2).train()
    module = LossPrediction(model, (1, 8, 8))
    with module.attach(model):
        step = step_of(model, torch.randn(4, 1, 8, 8), torch.tensor([0, 1, 0, 1]), done)
        module.loss(step).backward()
    assert (model.features[0].weight.grad is not None) == reaches
    # The losses that it learns from are a target, not a way to change the task model.
    assert model.head.weight.grad is None
    assert module.output.weight.grad is not None


def step_of(model: torch.nn.Module, views: Tensor, target: Tensor, done: float) -> TrainingStep:
    logits = model(views)
    return TrainingStep(
        views, logits, target, F.cross_entropy(logits, target, reduction="none"), done
    )


@pytest.mark.parametrize("axes", [2, 3])
def test_learns_where_the_loss_is_large(axes: int) -> None:
    """Bars along the last axis have wrong labels half of the time."""
    pool = bars(240, axes)
    items, target = pool.normalise(pool.items), torch.from_numpy(pool.labels)
    generator = torch.Generator().manual_seed(0)
    hard = target == axes - 1
    noisy = torch.where(
        hard & (torch.rand(240, generator=generator) < 0.5), torch.zeros_like(target), target
    )
    model = small_model(pool.item_shape, axes).train()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = LossPrediction(model, pool.item_shape, width=16)
    optimizer = torch.optim.Adam([*model.parameters(), *module.parameters()], lr=1e-2)
    with module.attach(model):
        for number in range(150):
            places = torch.randperm(240, generator=generator)[:32]
            step = step_of(model, items[places], noisy[places], (number + 1) / 150)
            optimizer.zero_grad()
            (step.losses.mean() + module.loss(step)).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            model(items)
            predicted = module.predict()
    # Share of pairs (hard, easy) in the right order: chance is 0.5.
    assert (predicted[hard][:, None] > predicted[~hard][None]).float().mean() > 0.85
