"""One pass over many items equals the model on each of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cryoal.errors import CryoalError
from cryoal.gradnorm.reference import gradient_norms as slow_gradient_norms
from cryoal.learning.checkpoint import ModelDescription
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import GradientNormRequest, compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.recipe import Recipe
from cryoal.pools import SubtomogramPool

INDICES = np.array([4, 33, 0, 17, 20])


def test_pass_equals_one_item_at_a_time(blob_pool: SubtomogramPool) -> None:
    model = ModelDescription("compact", 1, 24, ("a", "b"), "bright", None, 1.0).build(0).eval()
    preparation = Preparation(blob_pool, Recipe())
    request = GradientNormRequest(("entropy", "egl"))
    outputs = compute_outputs(
        model,
        preparation,
        INDICES,
        make_fabric("cpu", "32-true"),
        embeddings=True,
        gradient=request,
        batch_size=2,
    )
    assert outputs.embeddings is not None
    for row, index in enumerate(INDICES):
        item = preparation(blob_pool.read([index]))
        with torch.no_grad():
            embedding = model.embed(item)
        assert torch.allclose(outputs.embeddings[row], embedding[0], atol=1e-4)
        assert torch.allclose(outputs.logits[row], model.head(embedding)[0], atol=1e-4)
        for loss in request.losses:
            wanted = slow_gradient_norms(model, item, loss)
            assert torch.allclose(outputs.gradient_norms[loss][row], wanted[0], rtol=1e-3)
    assert torch.allclose(outputs.probabilities.sum(1), torch.ones(len(INDICES)))


def test_only_what_is_asked_for_is_kept(blob_pool: SubtomogramPool) -> None:
    model = ModelDescription("compact", 1, 24, ("a", "b"), "bright", None, 1.0).build(0)
    fabric = make_fabric("cpu", "32-true")
    outputs = compute_outputs(model, Preparation(blob_pool, Recipe()), INDICES, fabric)
    assert outputs.embeddings is None
    assert outputs.gradient_norms == {}


def test_no_item_is_a_mistake_of_the_caller(blob_pool: SubtomogramPool) -> None:
    model = ModelDescription("compact", 1, 24, ("a", "b"), "bright", None, 1.0).build(0)
    fabric = make_fabric("cpu", "32-true")
    with pytest.raises(ValueError, match="no item"):
        compute_outputs(model, Preparation(blob_pool, Recipe()), INDICES[:0], fabric)


def test_a_model_that_diverged_is_told(blob_pool: SubtomogramPool) -> None:
    model = ModelDescription("compact", 1, 24, ("a", "b"), "bright", None, 1.0).build(0)
    torch.nn.init.constant_(model.head.bias, float("inf"))
    fabric = make_fabric("cpu", "32-true")
    with pytest.raises(CryoalError, match="diverged"):
        compute_outputs(model, Preparation(blob_pool, Recipe()), INDICES, fabric)
