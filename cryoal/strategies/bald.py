"""``bald``: where draws of the dropout masks disagree."""

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
    "bald",
    summary="What a label would tell of the model's parameters, over draws of dropout",
    paper="Houlsby et al. 2011; Gal, Islam and Ghahramani, ICML 2017",
    cost="further passes of the layers that drop",
)
class Bald(Scorer):
    """Bayesian active learning by disagreement (Houlsby et al., arXiv 1112.5745, Eq. 2).

    The mutual information of label and parameters, with dropout for draws from the posterior of
    the parameters (Gal, Islam and Ghahramani, ICML 2017, 4).
    """

    needs: ClassVar[frozenset[Need]] = frozenset({Need.DROPOUT_SAMPLES})

    def score(self, context: QueryContext) -> Tensor:
        """Mutual information in nats, 0 to log(classes)."""
        return mutual_information(dropout_posteriors(context))


def mutual_information(posteriors: Tensor) -> Tensor:
    """Entropy of the mean less mean of the entropies: (draws, n, classes) -> (n,), at least 0."""
    told: Tensor = torch.special.entr(posteriors.mean(0)).sum(1)
    # A draw at a time: no second array of that size.
    for posterior in posteriors:
        told -= torch.special.entr(posterior).sum(1) / len(posteriors)
    return told.clamp_min_(0)
