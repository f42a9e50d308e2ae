"""Every registered 2D model: the gradient-norm engine and the slow reference agree.

A layer without an exact rule would warn, and warnings are errors here.
"""

import pytest
import torch
from small_models2d import evaluated, images
from torch import Tensor

import models2d
from cryoal.gradnorm import Aggregate, Loss, reference, score


def mean_pixel_entropy(logits: Tensor) -> Tensor:
    """Logits (B, classes, H, W) to (B,)."""
    log_posterior = logits.log_softmax(1)
    return -(log_posterior.exp() * log_posterior).sum(1).mean((1, 2))


def models_for(task: str) -> list[str]:
    return [name for name in models2d.names() if models2d.info(name).task == task]


@pytest.mark.parametrize("name", models_for("classification"))
@pytest.mark.parametrize("aggregate", ["sum", "global"])
def test_classifiers(name: str, aggregate: Aggregate) -> None:
    model, x = evaluated(name), images(name, 3)
    losses: list[Loss] = ["entropy", "egl"]
    scored = score(model, x, losses, aggregate)
    for loss, norms in zip(losses, scored.norms, strict=True):
        expected = reference.gradient_norms(model, x, loss, aggregate)
        torch.testing.assert_close(norms, expected, rtol=1e-4, atol=0)
        assert (expected > 0).all()
    with torch.no_grad():
        torch.testing.assert_close(scored.embeddings, model.embed(x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", models_for("classification"))
def test_the_head_of_classifiers(name: str) -> None:
    model, x = evaluated(name), images(name, 3)
    (norms,) = score(model, x, ["entropy"], scope="head").norms
    expected = reference.gradient_norms(model, x, "entropy", scope="head")
    torch.testing.assert_close(norms, expected, rtol=1e-4, atol=0)


@pytest.mark.parametrize("name", models_for("segmentation"))
@pytest.mark.parametrize("aggregate", ["sum", "global"])
def test_segmentation_models(name: str, aggregate: Aggregate) -> None:
    model, x = evaluated(name), images(name, 3, higher_px=5)
    (norms,) = score(model, x, [mean_pixel_entropy], aggregate).norms
    expected = reference.gradient_norms(model, x, mean_pixel_entropy, aggregate)
    torch.testing.assert_close(norms, expected, rtol=1e-4, atol=0)
    assert (expected > 0).all()
