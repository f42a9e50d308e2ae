"""Labelled or not, told from a latent vector."""

from __future__ import annotations

from torch import Tensor, nn


class LatentDiscriminator(nn.Module):
    """Dense layers with ReLU to one logit: the log-odds that an item is unlabelled.

    Args:
        latent: width of the input.
        widths: of the hidden layers.
    """

    def __init__(self, latent: int, widths: tuple[int, ...] = (512, 512)) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for width in widths:
            layers += [nn.Linear(latent, width), nn.ReLU()]
            latent = width
        self.layers = nn.Sequential(*layers, nn.Linear(latent, 1))

    def forward(self, latent: Tensor) -> Tensor:
        """(B, latent) to log-odds (B,)."""
        logits: Tensor = self.layers(latent)[:, 0]
        return logits
