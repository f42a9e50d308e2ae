"""``expected``: gradient norm of the posterior-weighted expected loss."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from cryoal.strategies.context import QueryContext
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Scorer


@register(
    "expected",
    summary="Gradient norm of the expected loss; ranks as 'entropy' does",
    paper="Wang et al., AAAI 2022, Eq. 6",
    cost="one backward pass a candidate",
)
class Expected(Scorer):
    """Expected-gradnorm (Wang et al., AAAI 2022, Eq. 5 and 6).

    The expected loss sum_i p_i CE(z, i), with the posterior differentiated as in the authors'
    code, *is* the entropy of the posterior: ``expected`` and ``entropy`` rank alike to rounding.
    With the posterior held fixed the gradient would be zero for every item. The distinct scheme
    that the words suggest is ``egl``.
    """

    needs: ClassVar[frozenset[Need]] = frozenset({Need.EXPECTED_GRADNORM})

    def score(self, context: QueryContext) -> Tensor:
        """Gradient norm over the run's parameters (``aggregate`` and ``scope`` of the run)."""
        return context.gradient_norms(Need.EXPECTED_GRADNORM)
