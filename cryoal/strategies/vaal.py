"""``vaal``: what an autoencoder cannot make look labelled."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from cryoal.strategies.adversarial import Adversarial
from cryoal.strategies.context import QueryContext
from cryoal.strategies.registry import register


@register(
    "vaal",
    summary="Least likely labelled, to a discriminator of an autoencoder's latent vectors",
    paper="Sinha, Ebrahimi and Darrell, ICCV 2019",
    cost="an autoencoder and a discriminator trained on the volumes",
)
@dataclass(frozen=True)
class Vaal(Adversarial):
    """Variational adversarial active learning (Sinha, Ebrahimi and Darrell, ICCV 2019).

    A variational autoencoder of labelled and unlabelled items and a discriminator of its latent
    vectors play against each other; the candidates that look least labelled are asked for.

    The autoencoder's loss is the negative evidence bound in nats an item. The released code
    averages the errors over the voxels but sums the divergence over the batch, which leaves
    the latent vectors next to nothing to say; it also samples with BatchNorm in training mode.

    Attributes:
        latent: 32, the authors' code.
        width: 8 channels, doubling; the code has 128. Sized for two CPU cores and 24 px volumes.
        hidden: 512 and 512, the code.
        rounds: 150; the code has some 39,000 on CIFAR-10 (100 epochs). Ours: minutes.
        encoder_steps: 2, the code.
        batch_size: 16 of each kind; the code has 128.
        learning_rate: 2e-3, higher than the code's 5e-4 as there are fewer steps.
        beta: 1, the paper.
        adversary: 1, the paper.
        supervision: 0; VAAL has no classifier.
    """

    latent: int = 32
    width: int = 8
    hidden: tuple[int, ...] = (512, 512)
    rounds: int = 150
    encoder_steps: int = 2
    batch_size: int = 16
    learning_rate: float = 2e-3
    beta: float = 1.0
    adversary: float = 1.0
    supervision: float = 0.0

    def states(self, context: QueryContext) -> Tensor:
        """1: the discriminator is to know candidates as unlabelled."""
        return torch.ones(len(context))
