"""``margin``: how close the two likeliest classes are."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from cryoal.strategies.context import QueryContext
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Scorer


@register(
    "margin",
    summary="Smallest gap between the two likeliest classes",
    paper="Scheffer, Decomain and Wrobel, IDA 2001",
)
class Margin(Scorer):
    """Margin sampling (Scheffer, Decomain and Wrobel, IDA 2001)."""

    needs: ClassVar[frozenset[Need]] = frozenset({Need.PROBABILITIES})

    def score(self, context: QueryContext) -> Tensor:
        """Minus the difference of the two largest probabilities, -1 to 0."""
        top = context.probabilities.topk(2, dim=1).values
        return top[:, 1] - top[:, 0]
