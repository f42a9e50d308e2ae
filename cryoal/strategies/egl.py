"""``egl``: expected gradient length."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from cryoal.strategies.context import QueryContext
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Scorer


@register(
    "egl",
    summary="Posterior-weighted mean of the gradient norms of all possible labels",
    paper="Settles, Craven and Ray, NIPS 2007",
    cost="one backward pass a class and candidate",
)
class Egl(Scorer):
    """Expected gradient length, sum_i p_i ||grad CE(z, i)|| (Settles, Craven and Ray, NIPS 2007).

    Costs one backward pass a class, on one shared forward pass.
    """

    needs: ClassVar[frozenset[Need]] = frozenset({Need.EGL_GRADNORM})

    def score(self, context: QueryContext) -> Tensor:
        """Expected gradient length over the run's parameters."""
        return context.gradient_norms(Need.EGL_GRADNORM)
