"""``ll4al``: the loss that a module trained beside the task model predicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from cryoal.auxiliary import LossPrediction
from cryoal.learning.companion import Companion
from cryoal.learning.task_model import TaskModel
from cryoal.strategies.context import QueryContext
from cryoal.strategies.given import declared
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Scorer


@register(
    "ll4al",
    summary="Loss predicted by a module trained jointly with the task model",
    paper="Yoo and Kweon, CVPR 2019",
    cost="another pass of the task model",
)
@dataclass(frozen=True)
class Ll4al(Scorer):
    """Learning loss for active learning (Yoo and Kweon, CVPR 2019).

    A module on the task model's feature maps learns, by a ranking loss on pairs, which items have
    the larger loss. The last map of each resolution is tapped, of any model. The module is trained
    by the run's recipe; the paper has 200 epochs of SGD and asks 1,000 of a random 10,000, for
    which runs have ``--subset``.

    Attributes:
        width: 128, of the module's dense layers; the paper.
        margin: 1, of the ranking loss; the paper.
        weight: 1, of the ranking loss; the paper.
        detach_after: 0.6 of the training (120 of 200 epochs), after which the ranking loss no
            longer reaches the task model; the paper.
    """

    width: int = 128
    margin: float = 1.0
    weight: float = 1.0
    detach_after: float = 0.6

    needs: ClassVar[frozenset[Need]] = frozenset({Need.COMPANION})

    def companion(self, model: TaskModel, item_shape: tuple[int, ...]) -> Companion:
        """The loss-prediction module."""
        return LossPrediction(
            model, item_shape, self.width, self.margin, self.weight, self.detach_after
        )

    def score(self, context: QueryContext) -> Tensor:
        """Predicted losses; only their order means anything."""
        workshop = declared(context.workshop)
        module = declared(workshop.companion)
        assert isinstance(module, LossPrediction)
        scores = torch.empty(len(context))
        with torch.no_grad(), module.attach(workshop.model):
            for place, batch in workshop.batches(context.candidates):
                workshop.model(batch)
                scores[place] = module.predict().cpu()
        return scores
