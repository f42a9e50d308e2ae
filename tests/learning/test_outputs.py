"""One pass over many items equals the model on each of them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
import torch

from cryoal.augmentation_settings import AugmentationSettings
from cryoal.errors import CryoalError
from cryoal.gradnorm.reference import gradient_norms as slow_gradient_norms
from cryoal.learning.checkpoint import ModelDescription
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import GradientNormRequest, compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.recipe import Recipe
from cryoal.pools import SubtomogramPool

INDICES = np.array([4, 33, 0, 17, 20])


@pytest.mark.parametrize(
    ("rotations", "views"), [("any", 1), ("any", 3), ("wedge", 9), ("none", 2)]
)
def test_pass_equals_one_item_and_view_at_a_time(
    blob_pool: SubtomogramPool, rotations: Literal["any", "wedge", "none"], views: int
) -> None:
    model = (
        ModelDescription("compact", (1, 24, 24, 24), ("a", "b"), "bright", None, 1.0)
        .build(0)
        .eval()
    )
    recipe = Recipe(augmentation=AugmentationSettings(rotations=rotations), views=views)
    preparation = Preparation(blob_pool, recipe)
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
        normalised = blob_pool.normalise(blob_pool.read([index]))
        copies = {"any": views, "wedge": 4, "none": 1}[rotations]
        seen = [
            preparation.finish(preparation.augmentation.turned(normalised, copy))
            for copy in range(copies)
        ]
        with torch.no_grad():
            embeddings = torch.cat([model.embed(view) for view in seen])
            posterior = model.head(embeddings).softmax(1).mean(0)
        assert torch.allclose(outputs.embeddings[row], embeddings.mean(0), atol=1e-4)
        assert torch.allclose(outputs.probabilities[row], posterior, atol=1e-4)
        for loss in request.losses:
            wanted = torch.cat([slow_gradient_norms(model, view, loss) for view in seen]).mean()
            assert torch.allclose(outputs.gradient_norms[loss][row], wanted, rtol=1e-3)
    assert torch.allclose(outputs.probabilities.sum(1), torch.ones(len(INDICES)))


def test_views_asked_for_go_before_those_of_the_recipe(blob_pool: SubtomogramPool) -> None:
    model = (
        ModelDescription("compact", (1, 24, 24, 24), ("a", "b"), "bright", None, 1.0)
        .build(0)
        .eval()
    )
    fabric = make_fabric("cpu", "32-true")
    one = compute_outputs(model, Preparation(blob_pool, Recipe(views=1)), INDICES, fabric)
    asked = compute_outputs(model, Preparation(blob_pool, Recipe()), INDICES, fabric, views=1)
    many = compute_outputs(model, Preparation(blob_pool, Recipe()), INDICES, fabric)
    assert torch.equal(one.logits, asked.logits)
    assert not torch.allclose(one.logits, many.logits, atol=1e-3)


def test_only_what_is_asked_for_is_kept(blob_pool: SubtomogramPool) -> None:
    model = ModelDescription("compact", (1, 24, 24, 24), ("a", "b"), "bright", None, 1.0).build(0)
    fabric = make_fabric("cpu", "32-true")
    outputs = compute_outputs(model, Preparation(blob_pool, Recipe()), INDICES, fabric)
    assert outputs.embeddings is None
    assert outputs.gradient_norms == {}


def test_no_item_is_a_mistake_of_the_caller(blob_pool: SubtomogramPool) -> None:
    model = ModelDescription("compact", (1, 24, 24, 24), ("a", "b"), "bright", None, 1.0).build(0)
    fabric = make_fabric("cpu", "32-true")
    with pytest.raises(ValueError, match="no item"):
        compute_outputs(model, Preparation(blob_pool, Recipe()), INDICES[:0], fabric)


def test_a_model_that_diverged_is_told(blob_pool: SubtomogramPool) -> None:
    model = ModelDescription("compact", (1, 24, 24, 24), ("a", "b"), "bright", None, 1.0).build(0)
    torch.nn.init.constant_(model.head.bias, float("inf"))
    fabric = make_fabric("cpu", "32-true")
    with pytest.raises(CryoalError, match="diverged"):
        compute_outputs(model, Preparation(blob_pool, Recipe()), INDICES, fabric)
