"""Influence on the test loss: against explicit matrices, and against training again."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import stats
from small_pools import StackPool, bars, small_workshop
from torch import Tensor, nn
from written_out import gauss_newton_matrix

from cryoal.analyses import influence as module
from cryoal.analyses.flat_model import FlatModel
from cryoal.analyses.gauss_newton import GaussNewton
from cryoal.analyses.influence import MOST_AT_ONCE, LabelledItems, TotalInfluence
from cryoal.analyses.item_losses import ITEM_LOSSES, TRUE_LABEL, ItemLoss, cross_entropy
from cryoal.errors import CryoalError
from cryoal.gradnorm.plan import plan_for
from cryoal.strategies import Workshop
from cryoal.strategies.random import Random


def workshop_in_double(pool: StackPool) -> Workshop:
    pool.items = pool.items.double()
    workshop = small_workshop(pool, Random(), classes=3)
    workshop.model.double()
    return workshop


def gradient(model: nn.Module, x: Tensor, label: int, loss: ItemLoss) -> Tensor:
    """Of one item (P,), by plain autograd."""
    value = loss(model(x[None]), torch.tensor([label])).sum()
    return torch.cat([g.flatten() for g in torch.autograd.grad(value, [*model.parameters()])])


def labelled(
    pool: StackPool, first: int, last: int, stands_for: int | None = None
) -> LabelledItems:
    items = np.arange(first, last)
    return LabelledItems(items, pool.labels[items], stands_for or len(items))


@pytest.mark.parametrize("axes", [2, 3], ids=["images", "volumes"])
@pytest.mark.parametrize("name", [*ITEM_LOSSES])
def test_influence_is_that_of_explicit_matrices(axes: int, name: str) -> None:
    pool, loss = bars(20, axes=axes), ITEM_LOSSES[name]
    workshop = workshop_in_double(pool)
    candidates, test = labelled(pool, 0, 6), labelled(pool, 15, 20, stands_for=50)
    influence = TotalInfluence(workshop, np.arange(6, 15), test, damping=0.5)
    direction = influence.direction(loss)
    found = influence.of(candidates, loss, direction.vector)

    model, inputs = workshop.model, workshop.preparation(pool.items)
    total = sum(gradient(model, inputs[i], int(pool.labels[i]), loss) for i in range(15, 20))
    matrix = gauss_newton_matrix(model, inputs[6:15], 0.5)
    direction_written = torch.linalg.solve(matrix, 10 * total)
    expected = [
        float(gradient(model, inputs[i], int(pool.labels[i]), loss) @ direction_written)
        for i in range(6)
    ]
    scale = float(np.abs(expected).max())
    np.testing.assert_allclose(found, expected, atol=5e-3 * scale)


def test_it_says_how_the_test_loss_rises_when_an_item_leaves_the_training_set() -> None:
    """Logistic regression is trained to its optimum without each item in turn (Eq. 3)."""
    generator = np.random.default_rng(0)
    truth = generator.standard_normal((5, 3))
    x = torch.from_numpy(generator.standard_normal((90, 5)))
    labels = torch.from_numpy(
        (x.numpy() @ truth + generator.gumbel(size=(90, 3))).argmax(1).astype(np.int64)
    )
    model, damping = nn.Linear(5, 3).double(), 0.05
    flat = FlatModel(model)

    def objective(vector: Tensor, kept: Tensor, count: int) -> Tensor:
        losses = cross_entropy(flat.logits(vector, x[kept]), labels[kept])
        return losses.sum() / count + damping / 2 * vector.square().sum()

    def optimum(kept: Tensor, count: int) -> Tensor:
        vector = torch.zeros_like(flat.vector)
        for _ in range(8):
            step = torch.autograd.functional.hessian(lambda v: objective(v, kept, count), vector)
            slope = torch.func.grad(objective)(vector, kept, count)
            vector = vector - torch.linalg.solve(step, slope)
        return vector

    def test_loss(vector: Tensor) -> float:
        return float(F.cross_entropy(flat.logits(vector, x[60:]), labels[60:], reduction="sum"))

    train = torch.arange(60)
    flat.vector = optimum(train, 60)
    curvature = GaussNewton(flat, [x[:60]], damping)
    residual = flat.logits(flat.vector, x).softmax(1) - F.one_hot(labels, 3)
    solution = curvature.solve(flat.pulled(x[60:], residual[60:]))
    rises, influences = [], []
    for left in range(12):
        kept = train[train != left]
        rises.append(test_loss(optimum(kept, 60)) - test_loss(flat.vector))
        own = flat.pulled(x[left : left + 1], residual[left : left + 1])
        influences.append(float(own @ solution.vector) / 60)
    assert stats.pearsonr(rises, influences).statistic > 0.98
    assert np.polyfit(influences, rises, 1)[0] == pytest.approx(1, abs=0.15)


def test_memory_does_not_grow_with_the_pool() -> None:
    pool = bars(4 * MOST_AT_ONCE, axes=2)
    workshop = small_workshop(pool, Random(), classes=3)
    training = np.arange(5)
    influence = TotalInfluence(workshop, training, labelled(pool, 5, 60), damping=1.0)
    direction = influence.direction(cross_entropy)
    influence.of(labelled(pool, 5, 4 * MOST_AT_ONCE), cross_entropy, direction.vector)
    assert pool.most_read == MOST_AT_ONCE


def test_batches_keep_to_the_memory_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = bars(40, axes=2)
    workshop = small_workshop(pool, Random(), classes=3)
    one_item = plan_for(workshop.model, workshop.preparation(pool.items[:1])).bytes_per_sample
    for budget, size in ((0, 1), (5 * one_item, 5), (2**30, MOST_AT_ONCE)):
        monkeypatch.setattr(module, "MEMORY_BUDGET_BYTES", budget)
        influence = TotalInfluence(workshop, np.arange(9), labelled(pool, 9, 40), 1.0)
        assert influence.batch == size
        batches = influence.curvature.batches
        assert [len(x) for x in batches] == [len(part) for part in torch.split(torch.ones(9), size)]


def test_a_model_that_diverged_is_told() -> None:
    pool = bars(9, axes=2)
    workshop = small_workshop(pool, Random(), classes=3)
    with torch.no_grad():
        workshop.model.head.bias.fill_(float("nan"))
    influence = TotalInfluence(workshop, np.arange(3), labelled(pool, 3, 9), damping=1.0)
    with pytest.raises(CryoalError, match="not finite"):
        influence.direction(ITEM_LOSSES[TRUE_LABEL])
