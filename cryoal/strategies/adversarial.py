"""What ``vaal`` and ``sraal`` share: adversarial training on labelled and unlabelled volumes."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from cryoal.auxiliary import AdversarialEncoder, seeded
from cryoal.strategies.context import QueryContext
from cryoal.strategies.draws import drawn_batches
from cryoal.strategies.given import declared
from cryoal.strategies.needs import Need
from cryoal.strategies.strategy import Scorer
from cryoal.strategies.workshop import Workshop


@dataclass(frozen=True)
class Adversarial(Scorer):
    """Scores candidates by how unlabelled they look to a discriminator of latent vectors.

    Attributes:
        latent: width of the latent vector.
        width: channels of the autoencoder at half resolution.
        hidden: widths of the discriminator's layers.
        rounds: trainings of the discriminator.
        encoder_steps: of the autoencoder for each of them.
        batch_size: labelled items in a batch, and unlabelled ones.
        learning_rate: of both Adam optimisers.
        beta: weight of the latents' divergence from the prior.
        adversary: weight of the discriminator in the autoencoder's loss.
        supervision: weight of a classifier of the labelled items; 0 for none.
    """

    latent: int
    width: int
    hidden: tuple[int, ...]
    rounds: int
    encoder_steps: int
    batch_size: int
    learning_rate: float
    beta: float
    adversary: float
    supervision: float

    needs: ClassVar[frozenset[Need]] = frozenset({Need.WORKSHOP})

    @abstractmethod
    def states(self, context: QueryContext) -> Tensor:
        """What the discriminator shall say of the candidates (n,), 0 (labelled) to 1."""

    def score(self, context: QueryContext) -> Tensor:
        """Log-odds of the discriminator for 'unlabelled'; networks in eval mode."""
        workshop = declared(context.workshop)
        classes = context.outputs.logits.shape[1] if self.supervision > 0 else None
        with seeded(context.seed):
            networks = AdversarialEncoder(
                workshop.item_shape, self.latent, self.width, self.hidden, classes
            ).to(workshop.fabric.device)
            self.train(networks.train(), context, workshop)
        networks.eval()
        scores = torch.empty(len(context))
        with torch.no_grad():
            for place, batch in workshop.batches(context.candidates):
                scores[place] = networks.log_odds(batch).cpu()
        return scores

    def train(
        self, networks: AdversarialEncoder, context: QueryContext, workshop: Workshop
    ) -> None:
        device = workshop.fabric.device
        targets, states = torch.from_numpy(context.labels), self.states(context)
        encoder = torch.optim.Adam(networks.encoder.parameters(), lr=self.learning_rate)
        discriminator = torch.optim.Adam(networks.discriminator.parameters(), lr=self.learning_rate)
        count, size = self.rounds * self.encoder_steps, self.batch_size
        known = drawn_batches(workshop, context.labelled, size, count, context.seed)
        unknown = drawn_batches(workshop, context.candidates, size, count, context.seed + 1)
        batches = zip(known, unknown, strict=True)
        for step, ((places, labelled), (others, unlabelled)) in enumerate(batches, start=1):
            items = torch.cat([labelled, unlabelled])
            loss = networks.encoder_loss(
                items,
                targets[places].to(device),
                beta=self.beta,
                adversary=self.adversary,
                supervision=self.supervision,
            )
            update(networks, encoder, loss)
            if step % self.encoder_steps == 0:
                both = torch.cat([torch.zeros(len(places)), states[others]]).to(device)
                update(networks, discriminator, networks.discriminator_loss(items, both))


def update(networks: AdversarialEncoder, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    """One step; gradients that ``loss`` left in the other networks do not count."""
    networks.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
