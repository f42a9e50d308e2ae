"""Losses and posteriors of models that give each pixel a class.

Logits are (B, classes, H, W); classes of pixels (B, H, W) are ``VOID`` where they do not count.
"""

from __future__ import annotations

import math

import torch.nn.functional as F
from torch import Tensor

from cryoal.gradnorm.losses import PerSampleLoss, entropy
from cryoal.pools.images.segmentation_pool import VOID


def mean_entropy(logits: Tensor) -> Tensor:
    """Entropy in nats of each pixel's posterior, the mean over an image's pixels (B,).

    The loss of Eq. 7 in Wang et al., AAAI 2022, for semantic segmentation.
    """
    return entropy(logits).flatten(1).mean(1)


PIXEL_LOSSES: dict[str, PerSampleLoss] = {"entropy": mean_entropy}
"""What takes the place of the losses of ``cryoal.gradnorm`` that are of one posterior an item."""


def log_mean_posterior(logits: Tensor) -> Tensor:
    """Logarithm of the mean posterior over an image's pixels (B, classes)."""
    log_posterior = logits.log_softmax(1).flatten(2)
    return log_posterior.logsumexp(2) - math.log(log_posterior.shape[2])


def cross_entropy(logits: Tensor, classes: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Mean cross-entropy over all pixels that have a class, a scalar; 0 where none has."""
    total = F.cross_entropy(
        logits, classes, ignore_index=VOID, label_smoothing=label_smoothing, reduction="sum"
    )
    return total / (classes != VOID).sum().clamp_min(1)


def cross_entropies(logits: Tensor, classes: Tensor) -> Tensor:
    """Mean cross-entropy over each image's pixels that have a class (B,); 0 where none has."""
    losses = F.cross_entropy(logits, classes, ignore_index=VOID, reduction="none")
    return losses.flatten(1).sum(1) / (classes != VOID).flatten(1).sum(1).clamp_min(1)
