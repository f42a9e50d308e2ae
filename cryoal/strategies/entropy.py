"""``entropy``: gradient norm of the output entropy."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from cryoal.strategies.context import QueryContext
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Scorer


@register(
    "entropy",
    summary="Gradient norm of the output entropy",
    paper="Wang et al., AAAI 2022, Eq. 7",
    cost="one backward pass a candidate",
)
class Entropy(Scorer):
    """Entropy-gradnorm (Wang et al., AAAI 2022, Eq. 5 and 7)."""

    needs: ClassVar[frozenset[Need]] = frozenset({Need.ENTROPY_GRADNORM})

    def score(self, context: QueryContext) -> Tensor:
        """Gradient norm over the run's parameters (``aggregate`` and ``scope`` of the run)."""
        return context.gradient_norms(Need.ENTROPY_GRADNORM)
