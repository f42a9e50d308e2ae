"""Training: learns, repeats under a seed, looks at nothing but the labelled items."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cryoal.augmentation_settings import AugmentationSettings
from cryoal.errors import CryoalError
from cryoal.learning.checkpoint import ModelDescription
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.recipe import Recipe
from cryoal.learning.train import class_weights, make_optimizer, make_schedule, train
from cryoal.pools import SubtomogramPool
from models3d import TaskModel3D

# The blobs differ by the axis they lie along, which any rotation would hide.
QUICK = Recipe(
    min_steps=30,
    min_epochs=1,
    batch_size=12,
    augmentation=AugmentationSettings(rotations="wedge"),
)


def fresh_model(seed: int = 0) -> TaskModel3D:
    description = ModelDescription("compact", (1, 24, 24, 24), ("a", "b", "c"), "bright", 10.0, 1.0)
    return description.build(seed)


def fit(pool: SubtomogramPool, recipe: Recipe, seed: int = 0) -> TaskModel3D:
    model = fresh_model()
    indices = np.arange(0, len(pool), 2)
    fabric = make_fabric("cpu", recipe.precision)
    train(model, Preparation(pool, recipe), indices, pool.labels[indices], fabric, seed)
    return model


def test_learns_what_it_was_shown_and_beyond(blob_pool: SubtomogramPool) -> None:
    model = fit(blob_pool, QUICK)
    held_out = np.arange(1, len(blob_pool), 2)
    fabric = make_fabric("cpu", "32-true")
    outputs = compute_outputs(model, Preparation(blob_pool, QUICK), held_out, fabric)
    assert np.mean(outputs.logits.argmax(1).numpy() == blob_pool.labels[held_out]) > 0.8


def test_same_seed_same_weights_and_global_generator_untouched(blob_pool: SubtomogramPool) -> None:
    recipe = QUICK.model_copy(update={"min_steps": 3})
    state = torch.get_rng_state()
    first, second = fit(blob_pool, recipe), fit(blob_pool, recipe)
    assert torch.equal(state, torch.get_rng_state())
    other = fit(blob_pool, recipe, seed=1)
    pairs = zip(first.parameters(), second.parameters(), strict=True)
    assert all(torch.equal(one, two) for one, two in pairs)
    assert not torch.equal(first.head.weight, other.head.weight)


@pytest.mark.parametrize(
    ("labelled", "recipe", "steps"),
    [
        (10, Recipe(batch_size=32, min_steps=100, min_epochs=20), 100),
        (1000, Recipe(batch_size=32, min_steps=100, min_epochs=20), 640),
        (1000, Recipe(batch_size=32, min_steps=100, min_epochs=20, epochs=2), 64),
        (10, Recipe(batch_size=32, min_steps=100, epochs=3), 3),
    ],
)
def test_steps_do_not_shrink_with_the_labelled_set(
    labelled: int, recipe: Recipe, steps: int
) -> None:
    assert recipe.steps(labelled) == steps


def test_a_diverged_training_says_so(blob_pool: SubtomogramPool) -> None:
    recipe = QUICK.model_copy(update={"learning_rate": 1e30, "min_steps": 5})
    with pytest.raises(CryoalError, match=r"diverged.*lower recipe\.learning_rate"):
        fit(blob_pool, recipe)


def test_progress_reports_every_step(blob_pool: SubtomogramPool) -> None:
    recipe = QUICK.model_copy(update={"min_steps": 4})
    seen: list[tuple[int, int]] = []
    result = train(
        fresh_model(),
        Preparation(blob_pool, recipe),
        np.array([0, 15, 30]),
        np.array([0, 1, 2]),
        make_fabric("cpu", "32-true"),
        seed=0,
        progress=lambda step, steps: seen.append((step, steps)),
    )
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert result.steps == 4


def test_balanced_weights_give_each_present_class_the_same_total() -> None:
    targets = torch.tensor([0] * 6 + [2] * 2)
    weights = class_weights(targets, 3, Recipe(class_weights="balanced"))
    totals = torch.zeros(3).index_add(0, targets, weights[targets])
    assert torch.allclose(totals, torch.tensor([4.0, 0.0, 4.0]))
    assert torch.equal(class_weights(targets, 3, Recipe()), torch.ones(3))


def test_biases_and_scales_are_not_decayed() -> None:
    model = fresh_model()
    decayed, free = make_optimizer([model], Recipe(weight_decay=0.3)).param_groups
    assert decayed["weight_decay"] == 0.3
    assert free["weight_decay"] == 0.0
    assert sum(len(group["params"]) for group in (decayed, free)) == len(list(model.parameters()))
    assert all(parameter.ndim > 1 for parameter in decayed["params"])


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
@pytest.mark.parametrize("schedule", ["one-cycle", "step", "constant"])
def test_every_optimiser_and_schedule_runs(
    blob_pool: SubtomogramPool, optimizer: str, schedule: str
) -> None:
    recipe = Recipe(
        optimizer=optimizer,
        schedule=schedule,
        min_steps=2,
        min_epochs=1,
        batch_size=4,
        augmentation=AugmentationSettings(rotations="any"),
    )
    model = fit(blob_pool, recipe)
    assert all(torch.isfinite(parameter).all() for parameter in model.parameters())


def test_the_step_schedule_takes_a_tenth_after_four_fifths() -> None:
    recipe = Recipe(optimizer="sgd", learning_rate=0.1, schedule="step")
    optimizer = make_optimizer([torch.nn.Linear(2, 2)], recipe)
    schedule = make_schedule(optimizer, recipe, 200)
    rates = []
    for _ in range(200):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    assert rates[:160] == pytest.approx([0.1] * 160)
    assert rates[160:] == pytest.approx([0.01] * 40)
