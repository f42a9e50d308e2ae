"""``mc-dropout``: entropy of the posterior averaged over dropout masks."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from cryoal.strategies.context import QueryContext
from cryoal.strategies.given import dropout_posteriors
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Scorer


@register(
    "mc-dropout",
    summary="Highest entropy of the mean posterior under dropout",
    paper="Gal, Islam and Ghahramani, ICML 2017",
    cost="further passes of the layers that drop",
)
class McDropout(Scorer):
    """Predictive entropy over Monte Carlo dropout (Gal, Islam and Ghahramani, ICML 2017, 4)."""

    needs: ClassVar[frozenset[Need]] = frozenset({Need.DROPOUT_SAMPLES})

    def score(self, context: QueryContext) -> Tensor:
        """Entropy in nats, 0 to log(classes)."""
        terms: Tensor = torch.special.entr(dropout_posteriors(context).mean(0))
        return terms.sum(1)
