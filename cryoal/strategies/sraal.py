"""``sraal``: VAAL that knows what is uncertain and what the labels are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from cryoal.strategies.adversarial import Adversarial
from cryoal.strategies.context import QueryContext
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register


@register(
    "sraal",
    summary="As vaal, with uncertain candidates as the unlabelled ones and a classifier beside",
    paper="Zhang et al., CVPR 2020",
    cost="an autoencoder and a discriminator trained on the volumes",
)
@dataclass(frozen=True)
class Sraal(Adversarial):
    """State-relabelling adversarial active learning (Zhang et al., CVPR 2020).

    As VAAL, but the discriminator is to give each candidate the task model's uncertainty of it
    instead of 'unlabelled', and the latent vector has two halves: the decoder sees the first, a
    classifier of the labelled items the second. The indicator of uncertainty comes from the run's
    task model; the released code trains another one on the same labels. That code's autoencoder
    steers both kinds towards 'unlabelled', ours both towards 'labelled', as the paper has it.

    Attributes:
        latent: 64, half of it for each head; the code has 200.
        width: 8 channels, doubling. Sized for two CPU cores and 24 px volumes.
        hidden: four times 512, the code.
        rounds: 150; the code has 20,000. Ours: minutes.
        encoder_steps: 2, the code.
        batch_size: 16 of each kind; the code has 250.
        learning_rate: 2e-3, higher than the code's 5e-4 as there are fewer steps.
        beta: 1, the code.
        adversary: 1, the code.
        supervision: 5, the code.
    """

    latent: int = 64
    width: int = 8
    hidden: tuple[int, ...] = (512, 512, 512, 512)
    rounds: int = 150
    encoder_steps: int = 2
    batch_size: int = 16
    learning_rate: float = 2e-3
    beta: float = 1.0
    adversary: float = 1.0
    supervision: float = 5.0

    needs: ClassVar[frozenset[Need]] = frozenset({Need.PROBABILITIES, Need.WORKSHOP})

    def states(self, context: QueryContext) -> Tensor:
        """The task model's uncertainty."""
        return uncertainty(context.probabilities)


def uncertainty(posterior: Tensor) -> Tensor:
    """1 - largest probability x least variance / variance (Zhang et al.), (n,).

    The least variance is that of a posterior with the same largest probability and the rest
    spread evenly. 0 for a certain posterior, 1 - 1 / classes for a uniform one.

    Args:
        posterior: (n, classes).
    """
    classes = posterior.shape[1]
    largest = posterior.max(1).values
    rest = (1 - largest) / (classes - 1)
    least = (largest - 1 / classes) ** 2 + (classes - 1) * (rest - 1 / classes) ** 2
    spread = (posterior - 1 / classes).square().sum(1)
    # A uniform posterior varies not at all, and least of all.
    ratio = torch.where(spread > 1e-12, least / spread.clamp_min(1e-12), 1.0)
    return (1 - largest * ratio).clamp(0, 1)
