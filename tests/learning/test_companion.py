"""A companion: trained with the task model, saved, loaded, refused where it does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from small_pools import SMALL_RECIPE, bars, small_model
from torch import Tensor, nn

from cryoal.auxiliary import LossPrediction, Student
from cryoal.errors import CryoalError
from cryoal.learning.companion import Companion, TrainingStep, load_companion, save_companion
from cryoal.learning.devices import make_fabric
from cryoal.learning.preparation import Preparation
from cryoal.learning.train import train
from models3d import TaskModel3D

RECIPE = SMALL_RECIPE.model_copy(update={"min_steps": 4, "batch_size": 5})


def fit(companion: Companion | None) -> TaskModel3D:
    pool = bars(12)
    model = small_model(pool.item_shape, 3)
    indices = np.arange(12)
    fabric = make_fabric("cpu", "32-true")
    train(model, Preparation(pool, RECIPE), indices, pool.labels, fabric, 0, companion=companion)
    return model


class Watcher(Companion):
    """Notes what it is shown; its one weight has the gradient 1."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, 1))
        self.steps: list[TrainingStep] = []
        self.attached = 0

    @contextmanager
    def attach(self, model: nn.Module) -> Iterator[None]:
        self.attached += 1
        assert model.training
        yield
        self.attached -= 1

    def loss(self, step: TrainingStep) -> Tensor:
        assert self.attached == 1
        self.steps.append(step)
        return self.weight.sum()


def test_it_sees_every_step_while_it_is_attached() -> None:
    watcher = Watcher()
    fit(watcher)
    assert watcher.attached == 0
    assert [step.done for step in watcher.steps] == [0.25, 0.5, 0.75, 1.0]
    for step in watcher.steps:
        assert step.views.shape == (5, 1, 8, 8, 8)
        wanted = nn.functional.cross_entropy(step.logits, step.target, reduction="none")
        assert torch.allclose(step.losses, wanted)
    assert watcher.weight.item() < 0
    assert not watcher.training


def test_one_that_asks_nothing_of_the_task_model_does_not_change_it() -> None:
    torch.manual_seed(0)
    alone, beside = fit(None), fit(Student((1, 8, 8, 8), 3, width=2))
    pairs = zip(alone.state_dict().values(), beside.state_dict().values(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def test_loss_prediction_changes_the_task_model_and_leaves_no_hook() -> None:
    torch.manual_seed(0)
    alone = fit(None)
    beside = fit(LossPrediction(small_model((1, 8, 8, 8), 3), (1, 8, 8, 8), width=4))
    assert not alone.features[0].weight.equal(beside.features[0].weight)
    assert not any(module._forward_hooks for module in beside.modules())


def test_saved_and_loaded_it_predicts_the_same(tmp_path: Path) -> None:
    torch.manual_seed(0)
    student = Student((1, 8, 8, 8), 3, width=2)
    fit(student)
    save_companion(student, tmp_path / "companion.safetensors")
    again = Student((1, 8, 8, 8), 3, width=2)
    load_companion(again, tmp_path / "companion.safetensors")
    assert not again.training
    items = torch.randn(4, 1, 8, 8, 8)
    assert torch.equal(student(items), again(items))


def test_of_another_kind_or_missing_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "companion.safetensors"
    save_companion(Student((1, 8, 8, 8), 3, width=2), path)
    with pytest.raises(CryoalError, match="not weights that this scheme can load"):
        load_companion(Student((1, 8, 8, 8), 3, width=4), path)
    with pytest.raises(CryoalError, match="not weights"):
        load_companion(Student((1, 8, 8, 8), 3, width=2), tmp_path / "none.safetensors")
    path.write_bytes(b"not safetensors")
    with pytest.raises(CryoalError, match="not weights"):
        load_companion(Student((1, 8, 8, 8), 3, width=2), path)
