"""What a self-supervised training minimises, from the projections of two views of each item."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def nt_xent(first: Tensor, second: Tensor, temperature: float = 0.1) -> Tensor:
    """Find the other view of each item among all views of the batch.

    Chen et al., "A simple framework for contrastive learning", ICML 2020, eq. 1; temperature 0.1
    is the best of their table 5.

    Args:
        first, second: (B, d) projections; row i of both is one item.
    """
    views = F.normalize(torch.cat([first, second]).float(), dim=1)
    similarity = views @ views.mT / temperature
    similarity.fill_diagonal_(-torch.inf)
    partner = torch.arange(len(views), device=views.device).roll(len(first))
    return F.cross_entropy(similarity, partner)


def vicreg(first: Tensor, second: Tensor) -> Tensor:
    """Equal projections for both views, each coordinate spread out and unlike the others.

    Bardes et al., "VICReg", ICLR 2022, with its weights: 25 invariance, 25 variance (hinge at a
    standard deviation of 1), 1 covariance.
    """
    first, second = first.float(), second.float()
    invariance = F.mse_loss(first, second)
    variance = (spread_loss(first) + spread_loss(second)) / 2
    covariance = covariance_loss(first) + covariance_loss(second)
    return 25 * invariance + 25 * variance + covariance


def spread_loss(views: Tensor) -> Tensor:
    """How far each coordinate's standard deviation is below 1, mean over coordinates."""
    deviation = (views.var(0, correction=0) + 1e-4).sqrt()
    return F.relu(1 - deviation).mean()


def covariance_loss(views: Tensor) -> Tensor:
    """Squared covariances between coordinates, over their number."""
    centred = views - views.mean(0)
    covariance = centred.mT @ centred / max(1, len(views) - 1)
    return (covariance.square().sum() - covariance.diagonal().square().sum()) / views.shape[1]


def barlow_twins(first: Tensor, second: Tensor) -> Tensor:
    """Cross-correlation of the two views' coordinates near the identity.

    Zbontar et al., "Barlow Twins", ICML 2021, with its weight 0.005 off the diagonal.
    """
    first, second = standardised(first.float()), standardised(second.float())
    correlation = first.mT @ second / len(first)
    diagonal = correlation.diagonal()
    on = (diagonal - 1).square().sum()
    off = correlation.square().sum() - diagonal.square().sum()
    return on + 0.005 * off


def standardised(views: Tensor) -> Tensor:
    centred = views - views.mean(0)
    return centred / (centred.var(0, correction=0) + 1e-5).sqrt()


OBJECTIVES = {"nt-xent": nt_xent, "vicreg": vicreg, "barlow-twins": barlow_twins}
