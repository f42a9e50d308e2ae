"""A convolutional variational autoencoder for items of any size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from cryoal.auxiliary.spatial import CONVOLUTION, NORM, TRANSPOSED

SMALLEST_EDGE_PX = 8


@dataclass(frozen=True)
class Latent:
    """A normal distribution with independent components for each item.

    Attributes:
        mean: (B, latent).
        log_variance: (B, latent).
    """

    mean: Tensor
    log_variance: Tensor

    def draw(self) -> Tensor:
        """One draw (B, latent) by torch's global generator, differentiable."""
        return self.mean + torch.randn_like(self.mean) * (self.log_variance / 2).exp()


class VariationalAutoencoder(nn.Module):
    """Halves the item until an edge is below 4 px, and doubles it again (Kingma and Welling 2014).

    4-wide strided convolutions with BatchNorm and ReLU as in VAAL's (Sinha et al., ICCV 2019),
    channels doubling each time; an odd edge gets its last voxel back on the way up.

    Args:
        item_shape: (C, *spatial), edges of at least 8 px.
        latent: width of the latent vector.
        width: channels at half resolution.
        decoded: how many of the latent components the decoder sees, the first ones; all if None.
    """

    def __init__(
        self, item_shape: tuple[int, ...], latent: int, width: int, decoded: int | None = None
    ) -> None:
        super().__init__()
        channels, *edges = item_shape
        if min(edges) < SMALLEST_EDGE_PX:
            raise ValueError(f"items of {edges} px: edges must be {SMALLEST_EDGE_PX} px or more")
        axes = len(edges)
        sizes = halvings(tuple(edges))
        widths = [channels, *(width * 2**level for level in range(len(sizes) - 1))]
        down: list[nn.Module] = []
        up: list[nn.Module] = []
        for (before, after), (large, small) in zip(pairwise(widths), pairwise(sizes), strict=True):
            down += [
                CONVOLUTION[axes](before, after, 4, stride=2, padding=1, bias=False),
                NORM[axes](after),
                nn.ReLU(),
            ]
            grow = TRANSPOSED[axes](after, before, 4, stride=2, padding=1)
            # An odd edge lost its last voxel on the way down.
            grow.output_padding = tuple(e - 2 * h for e, h in zip(large, small, strict=True))
            up = [grow, NORM[axes](before), nn.ReLU(), *up]
        inner = (widths[-1], *sizes[-1])
        self.decoded = latent if decoded is None else decoded
        self.encoder = nn.Sequential(*down, nn.Flatten())
        self.mean = nn.Linear(math.prod(inner), latent)
        self.log_variance = nn.Linear(math.prod(inner), latent)
        self.decoder = nn.Sequential(
            nn.Linear(self.decoded, math.prod(inner)),
            nn.Unflatten(1, inner),
            *up[:-2],  # items are normalised volumes: any sign, any size
        )

    def encode(self, items: Tensor) -> Latent:
        """Items (B, C, *spatial) to their latent distributions."""
        hidden = self.encoder(items)
        # Beyond these the exponential would leave float32's comfortable range.
        return Latent(self.mean(hidden), self.log_variance(hidden).clamp(-10, 10))

    def decode(self, latent: Tensor) -> Tensor:
        """Latent vectors (B, latent) to items (B, C, *spatial)."""
        items: Tensor = self.decoder(latent[:, : self.decoded])
        return items


def halvings(edges: tuple[int, ...]) -> list[tuple[int, ...]]:
    """``edges`` and their halves, rounded down, until one is below 4."""
    sizes = [edges]
    while min(sizes[-1]) >= 4:
        sizes.append(tuple(edge // 2 for edge in sizes[-1]))
    return sizes


def negative_elbo(items: Tensor, decoded: Tensor, latent: Latent, beta: float = 1.0) -> Tensor:
    """Negative evidence lower bound, nats an item, mean over the batch, without its constant.

    Voxels are normal with variance 1 about ``decoded``, as items come normalised.

    Args:
        items: (B, C, *spatial).
        decoded: (B, C, *spatial).
        beta: weight of the divergence from the prior.
    """
    errors = (items - decoded).square().flatten(1).sum(1) / 2
    variance = latent.log_variance.exp()
    divergence = (variance + latent.mean.square() - 1 - latent.log_variance).sum(1) / 2
    return (errors + beta * divergence).mean()
