"""An autoencoder that hides from a discriminator which items are labelled."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cryoal.auxiliary.latent_discriminator import LatentDiscriminator
from cryoal.auxiliary.variational_autoencoder import VariationalAutoencoder, negative_elbo


class AdversarialEncoder(nn.Module):
    """The three networks of VAAL and SRAAL and their losses.

    Batches hold as many labelled as unlabelled items, the labelled first, and pass the encoder
    together: BatchNorm then sees in training the mixture that it sees in prediction, and cannot
    give the two halves away.

    Args:
        item_shape: (C, *spatial), edges of at least 8 px.
        latent: width of the latent vector.
        width: channels of the autoencoder at half resolution.
        hidden: widths of the discriminator's layers.
        classes: None for an autoencoder alone. With a number the decoder sees the first half of
            the latent vector, and a classifier of labelled items the second half.

    Attributes:
        encoder: autoencoder and classifier, one optimiser's modules.
        discriminator: the other's.
    """

    def __init__(
        self,
        item_shape: tuple[int, ...],
        latent: int,
        width: int,
        hidden: tuple[int, ...],
        classes: int | None = None,
    ) -> None:
        super().__init__()
        decoded = latent if classes is None else latent // 2
        self.autoencoder = VariationalAutoencoder(item_shape, latent, width, decoded)
        self.classifier = None if classes is None else nn.Linear(latent - decoded, classes)
        self.encoder = nn.ModuleList([self.autoencoder])
        if self.classifier is not None:
            self.encoder.append(self.classifier)
        self.discriminator = LatentDiscriminator(latent, hidden)

    def encoder_loss(
        self, items: Tensor, target: Tensor, *, beta: float, adversary: float, supervision: float
    ) -> Tensor:
        """Reconstruct, look labelled to the discriminator, tell labelled items' classes apart.

        Args:
            items: (2 B, C, *spatial), labelled ones first.
            target: class positions (B,) of the labelled ones.
            beta: weight of the latents' divergence from the prior.
            adversary: weight of the discriminator's error.
            supervision: weight of the classification, where there is a classifier.
        """
        latent = self.autoencoder.encode(items)
        decoded = self.autoencoder.decode(latent.draw())
        unlabelled = self.discriminator(latent.mean)
        loss = negative_elbo(items, decoded, latent, beta)
        loss = loss + adversary * F.softplus(unlabelled).mean()
        if self.classifier is None:
            return loss
        logits = self.classifier(latent.mean[: len(target), self.autoencoder.decoded :])
        return loss + supervision * F.cross_entropy(logits, target)

    def discriminator_loss(self, items: Tensor, states: Tensor) -> Tensor:
        """Cross-entropy of the discriminator; the encoder gets no gradient.

        Args:
            items: (2 B, C, *spatial).
            states: (2 B,) in 0 (labelled) to 1.
        """
        with torch.no_grad():
            latent = self.autoencoder.encode(items)
        return F.binary_cross_entropy_with_logits(self.discriminator(latent.mean), states)

    def log_odds(self, items: Tensor) -> Tensor:
        """Log-odds (B,) that the discriminator gives to an item's being unlabelled."""
        odds: Tensor = self.discriminator(self.autoencoder.encode(items).mean)
        return odds
