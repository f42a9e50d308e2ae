"""``teacher-student``: where a student has not understood the task model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from cryoal.auxiliary import Student
from cryoal.auxiliary.student import divergence
from cryoal.learning.companion import Companion
from cryoal.learning.task_model import TaskModel
from cryoal.strategies.context import QueryContext
from cryoal.strategies.given import declared
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Scorer


@register(
    "teacher-student",
    summary="Divergence of a student network from the task model that taught it",
    paper="Wang et al., arXiv 2509.15805",
    cost="one pass of a small network",
)
@dataclass(frozen=True)
class TeacherStudent(Scorer):
    """Active learning with knowledge transfer (Wang et al., arXiv 2509.15805).

    A student learns from the task model while that is trained, on the same views; the distance of
    their outputs, KL(teacher || student) as in the paper for classification, is the uncertainty.
    No code is released; what else it takes is ours.

    Attributes:
        width: 16 channels at half resolution, then 32 and 64; ours, small beside the task model.
        weight: 1, of the student's loss; the task model gets no gradient of it. Ours.
    """

    width: int = 16
    weight: float = 1.0

    needs: ClassVar[frozenset[Need]] = frozenset({Need.PROBABILITIES, Need.COMPANION})

    def companion(self, model: TaskModel, item_shape: tuple[int, ...]) -> Companion:
        """The student."""
        return Student(item_shape, model.num_classes, self.width, self.weight)

    def score(self, context: QueryContext) -> Tensor:
        """KL divergence in nats, at least 0."""
        workshop = declared(context.workshop)
        student = declared(workshop.companion)
        scores = torch.empty(len(context))
        with torch.no_grad():
            for place, batch in workshop.batches(context.candidates):
                answered = student(batch).float().cpu()
                scores[place] = divergence(context.outputs.logits[place], answered)
        return scores.clamp_min(0)
