"""Each loss reaches its own networks only."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cryoal.auxiliary import AdversarialEncoder, negative_elbo

WEIGHTS = {"beta": 1.0, "adversary": 2.0, "supervision": 3.0}


def networks(classes: int | None) -> AdversarialEncoder:
    torch.manual_seed(0)
    return AdversarialEncoder((1, 8, 8), latent=6, width=2, hidden=(8,), classes=classes)


def has_gradient(module: nn.Module) -> bool:
    return any(parameter.grad is not None for parameter in module.parameters())


def test_discriminator_learns_states_and_the_encoder_nothing() -> None:
    model = networks(None)
    items, states = torch.randn(4, 1, 8, 8), torch.tensor([0.0, 0.0, 1.0, 0.3])
    model.eval()
    loss = model.discriminator_loss(items, states)
    loss.backward()
    assert has_gradient(model.discriminator)
    assert not has_gradient(model.encoder)
    odds = model.log_odds(items).sigmoid()
    wanted = -(states * odds.log() + (1 - states) * (1 - odds).log()).mean()
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)


@pytest.mark.parametrize("classes", [None, 3])
def test_encoder_loss_is_the_sum_of_its_parts(classes: int | None) -> None:
    model = networks(classes).eval()
    items, target = torch.randn(4, 1, 8, 8), torch.tensor([2, 1])
    torch.manual_seed(1)
    found = model.encoder_loss(items, target, **WEIGHTS)
    latent = model.autoencoder.encode(items)
    torch.manual_seed(1)
    wanted = negative_elbo(items, model.autoencoder.decode(latent.draw()), latent)
    # Looking labelled is state 0, whose cross-entropy is -log(1 - p).
    wanted = wanted - 2.0 * (1 - model.log_odds(items).sigmoid()).log().mean()
    if model.classifier is not None:
        posterior = model.classifier(latent.mean[:2, 3:]).softmax(1)
        wanted = wanted - 3.0 * posterior[[0, 1], target].log().mean()
    assert found.item() == pytest.approx(wanted.item(), rel=1e-5)
    parameters = {id(parameter) for parameter in model.encoder.parameters()}
    assert not parameters & {id(parameter) for parameter in model.discriminator.parameters()}
