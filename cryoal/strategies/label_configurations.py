"""What the labels of a query under way may turn out to be, and what each would tell."""

from __future__ import annotations

import math

import torch
from torch import Tensor

# Numbers in one temporary: 16 MB.
BLOCK = 2**22


class LabelConfigurations:
    """Labels that items chosen so far may get, with what each would say of the draw of parameters.

    Kept as odds of the configurations, and for each the posterior over the draws. That is enough:
    the joint entropy of the chosen labels is the same for all candidates, so that BatchBALD's
    choice is the candidate whose label tells most of the draw on average over configurations.
    All configurations are there while they are few; then ``limit`` of them, sampled.

    Args:
        draws: of the model's parameters.
        limit: configurations kept.
        generator: of the sampling.
    """

    def __init__(self, draws: int, limit: int, generator: torch.Generator) -> None:
        self.limit = limit
        self.generator = generator
        self.odds = torch.ones(1)
        self.draw_odds = torch.full((1, draws), 1 / draws)

    def information(self, posteriors: Tensor) -> Tensor:
        """What the label of each candidate would tell of the draw, beyond the chosen ones.

        Args:
            posteriors: (draws, n, classes) of the candidates.

        Returns:
            Conditional mutual information (n,) in nats: joint entropy with the candidate, less
            that without it, less its expected entropy given the draw.
        """
        draws, candidates, classes = posteriors.shape
        told = torch.empty(candidates)
        step = max(1, BLOCK // (max(len(self.odds), draws) * classes))
        for start in range(0, candidates, step):
            block = posteriors[:, start : start + step]
            mixed = (self.draw_odds @ block.flatten(1)).view(-1, *block.shape[1:])
            of_mixtures = self.odds @ entropies(mixed)
            told[start : start + step] = of_mixtures - self.overall @ entropies(block)
        return told.clamp_min_(0)

    @property
    def overall(self) -> Tensor:
        """Odds of the draws (draws,), over all configurations."""
        return self.odds @ self.draw_odds

    @property
    def unknown(self) -> float:
        """Expected entropy of the draw, given the labels, as a share of that before any."""
        most = math.log(self.draw_odds.shape[1])
        return float(self.odds @ entropies(self.draw_odds)) / most if most else 0.0

    def add(self, posterior: Tensor) -> None:
        """Choose an item with ``posterior`` (draws, classes)."""
        if len(self.odds) * posterior.shape[1] <= self.limit:
            self.extend(posterior)
        else:
            self.sample(posterior)

    def extend(self, posterior: Tensor) -> None:
        """Each configuration with each label."""
        joint = self.draw_odds[:, None, :] * posterior.T
        label_odds = joint.sum(2)
        self.odds = (self.odds[:, None] * label_odds).flatten()
        self.draw_odds = (joint / label_odds.clamp_min(1e-30)[:, :, None]).flatten(0, 1)

    def sample(self, posterior: Tensor) -> None:
        """One label for each of ``limit`` configurations, drawn as these say."""
        if len(self.odds) < self.limit:
            kept = torch.multinomial(
                self.odds, self.limit, replacement=True, generator=self.generator
            )
            self.draw_odds = self.draw_odds[kept]
            self.odds = torch.full((self.limit,), 1 / self.limit)
        label_odds = self.draw_odds @ posterior
        labels = torch.multinomial(label_odds, 1, generator=self.generator)[:, 0]
        joint = self.draw_odds * posterior.T[labels]
        self.draw_odds = joint / joint.sum(1, keepdim=True).clamp_min(1e-30)


def entropies(odds: Tensor) -> Tensor:
    """Entropies (...) in nats of distributions (..., outcomes)."""
    return -(odds.clamp_min(1e-30).log() * odds).sum(-1)
