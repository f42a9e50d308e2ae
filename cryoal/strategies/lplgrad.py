"""``lplgrad``: entropy gradient norm of a task model trained with a loss-prediction module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from cryoal.auxiliary import LossPrediction
from cryoal.learning.companion import Companion
from cryoal.strategies.context import QueryContext
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Scorer
from models3d import TaskModel3D


@register(
    "lplgrad",
    summary="Entropy gradient norm of a model trained jointly with a loss prediction",
    paper="Gul et al., IEEE BigData 2024, arXiv 2411.15217",
    cost="one backward pass a candidate",
)
@dataclass(frozen=True)
class LplGrad(Scorer):
    """Loss-prediction loss with gradient norm (Gul et al., IEEE BigData 2024).

    The task model is trained jointly with the loss-prediction module of LL4AL and its ranking
    loss; then, as in the authors' code, candidates are ranked by the task model's entropy gradient
    norm. The module is trained but its output is not used to score. Module and model learn from
    the run's own recipe; the released code never steps the module's schedule.

    Attributes:
        width: 128, of the module's dense layers; the authors' code, as LL4AL.
        margin: 1, of the ranking loss; the same.
        weight: 1, of the ranking loss; the same.
        detach_after: 0.6 of the training (120 of 200 epochs), after which the ranking loss no
            longer reaches the task model; the same.
    """

    width: int = 128
    margin: float = 1.0
    weight: float = 1.0
    detach_after: float = 0.6

    needs: ClassVar[frozenset[Need]] = frozenset({Need.ENTROPY_GRADNORM, Need.COMPANION})

    def companion(self, model: TaskModel3D, item_shape: tuple[int, ...]) -> Companion:
        """The loss-prediction module."""
        return LossPrediction(
            model, item_shape, self.width, self.margin, self.weight, self.detach_after
        )

    def score(self, context: QueryContext) -> Tensor:
        """Gradient norm over the run's parameters of the task model."""
        return context.gradient_norms(Need.ENTROPY_GRADNORM)
