"""Losses and posteriors over pixels, against one pixel after the other."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from cryoal.learning.pixels import (
    cross_entropies,
    cross_entropy,
    log_mean_posterior,
    mean_entropy,
)


def drawn() -> tuple[Tensor, Tensor]:
    """Logits (3, 4, 5, 6), and classes of which the last image has none."""
    generator = torch.Generator().manual_seed(0)
    classes = torch.randint(-1, 4, (3, 5, 6), generator=generator)
    classes[2] = -1
    return 3 * torch.randn(3, 4, 5, 6, generator=generator), classes


def pixel_losses(logits: Tensor, classes: Tensor, smoothing: float) -> list[list[float]]:
    """Cross-entropy of each pixel that has a class, a list an image."""
    found: list[list[float]] = [[] for _ in logits]
    for image, row, column in (classes >= 0).nonzero().tolist():
        log_posterior = logits[image, :, row, column].double().log_softmax(0)
        right = log_posterior[classes[image, row, column]]
        found[image].append(float(-(1 - smoothing) * right - smoothing * log_posterior.mean()))
    return found


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_void_is_ignored(smoothing: float) -> None:
    logits, classes = drawn()
    losses = pixel_losses(logits, classes, smoothing)
    every = [loss for image in losses for loss in image]
    assert float(cross_entropy(logits, classes, smoothing)) == pytest.approx(
        sum(every) / len(every), rel=1e-5
    )


def test_each_image_has_its_own_mean() -> None:
    logits, classes = drawn()
    slow = [sum(image) / max(len(image), 1) for image in pixel_losses(logits, classes, 0.0)]
    assert cross_entropies(logits, classes).tolist() == pytest.approx(slow, rel=1e-5)
    assert slow[2] == 0


def test_void_alone_gives_no_gradient_and_no_nan() -> None:
    logits = drawn()[0].requires_grad_()
    loss = cross_entropy(logits, torch.full((3, 5, 6), -1), 0.1)
    loss.backward()
    assert loss.item() == 0
    assert logits.grad is not None
    assert torch.equal(logits.grad, torch.zeros_like(logits))


def test_means_over_pixels() -> None:
    logits, _ = drawn()
    posteriors = logits.double().softmax(1).flatten(2)
    assert torch.allclose(log_mean_posterior(logits).double(), posteriors.mean(2).log(), atol=1e-5)
    for image, entropy in zip(posteriors, mean_entropy(logits), strict=True):
        slow = [-sum(p * math.log(p) for p in pixel.tolist()) for pixel in image.T]
        assert float(entropy) == pytest.approx(sum(slow) / len(slow), rel=1e-5)
