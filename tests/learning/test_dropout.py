from __future__ import annotations

import numpy as np
import pytest
import torch

import models3d
from cryoal.learning.checkpoint import ModelDescription
from cryoal.learning.devices import make_fabric
from cryoal.learning.dropout import dropout_layers, dropping, posterior_samples
from cryoal.learning.outputs import compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.recipe import Recipe
from cryoal.pools import SubtomogramPool
from models3d import TaskModel3D

INDICES = np.array([3, 0, 7, 20, 11])


def compact(dropout: float) -> TaskModel3D:
    description = ModelDescription(
        "compact", (1, 24, 24, 24), ("a", "b", "c"), "bright", None, 0.7, dropout
    )
    return description.build(0).eval()


def test_layers_that_drop_nothing_do_not_count() -> None:
    assert dropout_layers(compact(0.0)) == []
    model = compact(0.3)
    assert dropout_layers(model) == [model.dropout]
    assert len(dropout_layers(models3d.build("dsrf3d-v2", 1, 3, 24))) == 2


def test_only_dropout_is_switched_on_and_off_again() -> None:
    model = compact(0.3)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with dropping(model):
        training = [module for module in model.modules() if module.training]
        model(torch.randn(4, 1, 24, 24, 24))
    assert training == [model.dropout]
    assert not any(module.training for module in model.modules())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_samples_of_head_dropout_are_the_full_passes() -> None:
    """The shortcut that embeds once, against a pass of the whole model for each sample."""
    model, batch = compact(0.5), torch.randn(4, 1, 24, 24, 24)
    torch.manual_seed(1)
    fast = posterior_samples(model, batch, 6)
    torch.manual_seed(1)
    with torch.no_grad(), dropping(model):
        slow = torch.stack([model(batch).softmax(1) for _ in range(6)])
    assert torch.allclose(fast, slow, atol=1e-6)
    assert (fast.std(0) > 0).any()


@pytest.mark.parametrize("name", ["compact", "dsrf3d-v2"])
def test_samples_are_seeded_and_near_the_posterior(name: str, blob_pool: SubtomogramPool) -> None:
    description = ModelDescription(name, (1, 24, 24, 24), ("a", "b", "c"), "bright", None, 0.7, 0.1)
    model, preparation = description.build(0), Preparation(blob_pool, Recipe())
    fabric = make_fabric("cpu", "32-true")
    state = torch.get_rng_state()
    one, same, other = (
        compute_outputs(model, preparation, INDICES, fabric, samples=40, seed=seed)
        for seed in (5, 5, 6)
    )
    assert one.samples is not None
    assert same.samples is not None
    assert other.samples is not None
    assert one.samples.shape == (40, len(INDICES), 3)
    assert torch.equal(one.samples, same.samples)
    assert not torch.equal(one.samples, other.samples)
    if name == "compact":  # a light dropout of the last layer moves the posterior little
        assert torch.allclose(one.samples.mean(0), one.probabilities, atol=0.15)
    assert torch.equal(state, torch.get_rng_state())
