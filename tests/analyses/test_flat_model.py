"""The model as a function of one vector, against plain autograd."""

from __future__ import annotations

import pytest
import torch
from small_pools import bars, small_model
from torch import Tensor, nn
from written_out import jacobian

from cryoal.analyses.flat_model import FlatModel


@pytest.fixture(params=[2, 3], ids=["images", "volumes"])
def problem(request: pytest.FixtureRequest) -> tuple[nn.Module, Tensor]:
    """A small model in float64, one layer of it frozen, and five items."""
    pool = bars(5, axes=request.param)
    model = small_model(pool.item_shape, classes=3).double()
    model.features[0].bias.requires_grad_(False)
    return model, pool.items.double()


def test_logits_are_the_models(problem: tuple[nn.Module, Tensor]) -> None:
    model, x = problem
    flat = FlatModel(model)
    assert len(flat.vector) == sum(p.numel() for p in model.parameters() if p.requires_grad)
    torch.testing.assert_close(flat.logits(flat.vector, x), model(x))
    moved = flat.logits(flat.vector + 0.1, x)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter += 0.1
    torch.testing.assert_close(moved, model(x))


def test_pushed_and_pulled_are_products_with_the_jacobian(
    problem: tuple[nn.Module, Tensor],
) -> None:
    model, x = problem
    flat = FlatModel(model)
    exact = jacobian(model, x)
    generator = torch.Generator().manual_seed(0)
    direction = torch.randn(len(flat.vector), generator=generator, dtype=torch.float64)
    logits, change = flat.pushed(x, direction)
    torch.testing.assert_close(logits, model(x))
    torch.testing.assert_close(change, exact @ direction)
    weights = torch.randn(logits.shape, generator=generator, dtype=torch.float64)
    pulled = flat.pulled(x, weights)
    torch.testing.assert_close(pulled, torch.einsum("bcp,bc->p", exact, weights))


def test_the_model_is_left_alone(problem: tuple[nn.Module, Tensor]) -> None:
    model, x = problem
    before = {name: value.clone() for name, value in model.state_dict().items()}
    flat = FlatModel(model)
    flat.pushed(x, torch.ones_like(flat.vector))
    with torch.no_grad():
        assert not flat.pulled(x, torch.ones(5, 3).to(x)).requires_grad
    assert all(p.grad is None for p in model.parameters())
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])
