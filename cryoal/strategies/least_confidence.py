"""``least-confidence``: how little the likeliest class is believed."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from cryoal.strategies.context import QueryContext
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Scorer


@register(
    "least-confidence",
    summary="Lowest probability of the likeliest class",
    paper="Lewis and Gale, SIGIR 1994",
)
class LeastConfidence(Scorer):
    """Least-confidence sampling (Lewis and Gale, SIGIR 1994)."""

    needs: ClassVar[frozenset[Need]] = frozenset({Need.PROBABILITIES})

    def score(self, context: QueryContext) -> Tensor:
        """One minus the largest probability, 0 to 1 - 1/classes."""
        return 1 - context.probabilities.amax(1)
