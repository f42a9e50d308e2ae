"""Pretraining: features without labels, repeatable, the head and the labels left alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import models3d
from cryoal.augmentation_settings import AugmentationSettings
from cryoal.errors import CryoalError
from cryoal.learning.checkpoint import ModelDescription
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.pretrain import PretrainResult, matched, pretrain
from cryoal.learning.pretrain_settings import PretrainSettings
from cryoal.learning.recipe import Recipe
from cryoal.pools import SubtomogramPool
from models3d import TaskModel3D

# The blobs differ by the axis they lie along, which any rotation would hide.
QUICK = PretrainSettings(
    steps=20, batch_size=18, augmentation=AugmentationSettings(rotations="wedge")
)
FABRIC = make_fabric("cpu", "32-true")


def fresh_model(name: str = "compact") -> TaskModel3D:
    description = ModelDescription(name, (1, 24, 24, 24), ("a", "b", "c"), "bright", 10.0, 1.0)
    return description.build(0)


def fit(pool: SubtomogramPool, model: TaskModel3D, seed: int = 0, **changes: Any) -> PretrainResult:
    settings = QUICK.model_copy(update=changes)
    indices = np.arange(len(pool))
    return pretrain(model, Preparation(pool, Recipe()), indices, FABRIC, seed, settings)


def embeddings(model: TaskModel3D, pool: SubtomogramPool) -> Tensor:
    indices = np.arange(len(pool))
    outputs = compute_outputs(model, Preparation(pool, Recipe()), indices, FABRIC, embeddings=True)
    assert outputs.embeddings is not None
    return outputs.embeddings


def neighbour_accuracy(features: Tensor, labels: np.ndarray) -> float:
    """Share of items whose nearest other item is of their class."""
    distances = torch.cdist(features, features).fill_diagonal_(torch.inf)
    return float(np.mean(labels[distances.argmin(1).numpy()] == labels))


@pytest.mark.parametrize("objective", ["nt-xent", "vicreg", "barlow-twins"])
def test_features_tell_classes_apart_without_a_label(
    blob_pool: SubtomogramPool, objective: str
) -> None:
    model = fresh_model()
    calls = []
    settings = QUICK.model_copy(update={"objective": objective})
    result = pretrain(
        model,
        Preparation(blob_pool, Recipe()),
        np.arange(len(blob_pool)),
        FABRIC,
        0,
        settings,
        progress=lambda step, steps: calls.append((step, steps)),
    )
    assert calls == [(step, 20) for step in range(1, 21)]
    assert result.steps == 20
    assert neighbour_accuracy(embeddings(model, blob_pool), blob_pool.labels) > 0.8


def test_the_head_stays_and_the_body_moves(blob_pool: SubtomogramPool) -> None:
    fresh, model = fresh_model(), fresh_model()
    fit(blob_pool, model, steps=2)
    assert not model.training
    for (name, before), after in zip(fresh.named_parameters(), model.parameters(), strict=True):
        assert torch.equal(before, after) == name.startswith("head."), name


def test_same_seed_same_weights_and_global_generator_untouched(blob_pool: SubtomogramPool) -> None:
    first, second, other = fresh_model(), fresh_model(), fresh_model()
    state = torch.get_rng_state()
    fit(blob_pool, first, steps=2)
    fit(blob_pool, second, steps=2)
    assert torch.equal(state, torch.get_rng_state())
    fit(blob_pool, other, seed=1, steps=2)
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    assert all(torch.equal(one, two) for one, two in pairs)
    assert not torch.equal(list(first.parameters())[-1], list(other.parameters())[-1])


def test_batch_statistics_are_those_of_items_in_prediction(blob_pool: SubtomogramPool) -> None:
    model = fresh_model()
    fit(blob_pool, model, steps=3)
    preparation, raw = Preparation(blob_pool, Recipe()), blob_pool.read(np.arange(len(blob_pool)))
    items = torch.cat(list(preparation.views(raw, Recipe().views)))
    stem = model.features[0]  # type: ignore[index]
    norm = next(layer for layer in model.modules() if isinstance(layer, nn.BatchNorm3d))
    with torch.no_grad():
        seen = stem(items)
    assert torch.allclose(norm.running_mean, seen.mean((0, 2, 3, 4)), atol=0.02)
    assert torch.allclose(norm.running_var, seen.var((0, 2, 3, 4)), rtol=0.1)


@pytest.mark.parametrize("name", models3d.names())
def test_every_model_can_be_pretrained(blob_pool: SubtomogramPool, name: str) -> None:
    model = fresh_model(name)
    fit(blob_pool, model, steps=1, batch_size=2)
    assert torch.isfinite(embeddings(model, blob_pool)).all()


def test_a_diverged_pretraining_says_so(blob_pool: SubtomogramPool) -> None:
    with pytest.raises(CryoalError, match=r"diverged.*lower learning rate"):
        fit(blob_pool, fresh_model(), steps=5, learning_rate=1e30)


def test_one_item_is_too_few(blob_pool: SubtomogramPool) -> None:
    with pytest.raises(CryoalError, match="two of them"):
        pretrain(fresh_model(), Preparation(blob_pool, Recipe()), np.arange(1), FABRIC, 0, QUICK)


def test_matched_counts_views_whose_partner_is_nearest() -> None:
    apart = torch.eye(4)
    assert matched(apart, 2 * apart + 0.1).all()
    assert not matched(apart, apart.roll(1, 0)).any()
