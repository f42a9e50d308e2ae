"""``max-entropy``: the plain entropy of the posterior."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from cryoal.strategies.context import QueryContext
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Scorer


@register(
    "max-entropy",
    summary="Highest entropy of the predicted probabilities",
    paper="Shannon 1948; Settles 2009, survey, 2.1",
)
class MaxEntropy(Scorer):
    """Uncertainty sampling by the entropy of the posterior (Settles 2009, section 2.1)."""

    needs: ClassVar[frozenset[Need]] = frozenset({Need.PROBABILITIES})

    def score(self, context: QueryContext) -> Tensor:
        """Entropy in nats, 0 to log(classes)."""
        log_p = context.outputs.logits.log_softmax(1)
        return -(log_p.exp() * log_p).sum(1)
