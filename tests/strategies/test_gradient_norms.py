"""The gradient-norm schemes score by the norms of their own loss."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cryoal.gradnorm.reference import gradient_norms
from cryoal.learning.checkpoint import ModelDescription
from cryoal.learning.devices import make_fabric
from cryoal.learning.preparation import Preparation
from cryoal.learning.recipe import Recipe
from cryoal.pools import SubtomogramPool
from cryoal.runs.scoring import Surveyor
from cryoal.runs.settings import RunSettings
from cryoal.strategies import Scorer, Workshop, get

CANDIDATES = np.array([1, 5, 14, 22, 30])


def scores(name: str, pool: SubtomogramPool, **settings: object) -> torch.Tensor:
    recipe = Recipe()
    strategy = get(name).strategy()
    assert isinstance(strategy, Scorer)
    description = ModelDescription("compact", (1, 24, 24, 24), ("a", "b", "c"), "bright", None, 1.0)
    workshop = Workshop(
        description.build(0),
        Preparation(pool, recipe),
        make_fabric("cpu", "32-true"),
        description.build,
    )
    surveyor = Surveyor(strategy, workshop, None, RunSettings(data="pool", **settings))
    nothing = np.array([], dtype=np.int64)
    return strategy.score(surveyor.context(CANDIDATES, nothing, nothing, 0))


@pytest.mark.parametrize("name", ["expected", "entropy", "egl"])
@pytest.mark.parametrize("aggregate", ["sum", "global"])
def test_score_is_the_norm_of_its_loss(
    name: str, aggregate: str, blob_pool: SubtomogramPool
) -> None:
    model = (
        ModelDescription("compact", (1, 24, 24, 24), ("a", "b", "c"), "bright", None, 1.0)
        .build(0)
        .eval()
    )
    items = Preparation(blob_pool, Recipe())(blob_pool.read(CANDIDATES))
    wanted = gradient_norms(model, items, name, aggregate=aggregate)
    assert torch.allclose(scores(name, blob_pool, aggregate=aggregate), wanted, rtol=1e-3)


def test_expected_and_entropy_rank_alike_and_egl_is_another(blob_pool: SubtomogramPool) -> None:
    expected, entropy = scores("expected", blob_pool), scores("entropy", blob_pool)
    assert torch.allclose(expected, entropy, rtol=1e-3)
    assert not torch.allclose(scores("egl", blob_pool), entropy, rtol=0.05)


def test_head_scope_differs_from_all(blob_pool: SubtomogramPool) -> None:
    head = scores("entropy", blob_pool, grad_scope="head")
    assert (head < scores("entropy", blob_pool)).all()
