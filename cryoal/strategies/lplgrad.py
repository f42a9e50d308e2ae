"""``lplgrad``: entropy gradient norm of a task model trained with a loss-prediction module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from cryoal.strategies.context import QueryContext
from cryoal.strategies.ll4al import Ll4al
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register


@register(
    "lplgrad",
    summary="Entropy gradient norm of a model trained jointly with a loss prediction",
    paper="Gul et al., IEEE BigData 2024, arXiv 2411.15217",
    cost="one backward pass a candidate",
)
@dataclass(frozen=True)
class LplGrad(Ll4al):
    """Loss-prediction loss with gradient norm (Gul et al., IEEE BigData 2024).

    The task model is trained jointly with the loss-prediction module of LL4AL and its ranking
    loss; then, as in the authors' code, candidates are ranked by the task model's entropy gradient
    norm. The module is trained but its output is not used to score. Module and model learn from
    the run's own recipe; the released code never steps the module's schedule. Its settings are
    those of LL4AL, in the authors' code too.
    """

    needs: ClassVar[frozenset[Need]] = frozenset({Need.ENTROPY_GRADNORM, Need.COMPANION})

    def score(self, context: QueryContext) -> Tensor:
        """Gradient norm over the run's parameters of the task model."""
        return context.gradient_norms(Need.ENTROPY_GRADNORM)
