"""The training of one cycle."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np
import numpy.typing as npt

from cryoal.counted import counted
from cryoal.learning.carry_over import carry_over
from cryoal.learning.pseudo_labels import PseudoLabels, ask_teacher
from cryoal.learning.task_model import TaskModel
from cryoal.learning.train import Progress, TrainingResult, train
from cryoal.learning.train_segmentation import train_segmentation
from cryoal.pools import Pool
from cryoal.runs.model_description import describe_model
from cryoal.runs.models import RunModels
from cryoal.runs.training_set import TrainingSet

ProgressFactory = Callable[[str], AbstractContextManager[Progress]]


class CycleTraining:
    """Trains the model of one cycle and, under ``self_train``, a teacher for it.

    Args:
        cycle: from 1.
        pool: of the run.
        labelled: what it learns from.
        unlabelled: pool positions of the training items that nothing was decided on.
        models: of the run.
        seed: gives the seed of a phase of this cycle.
        progress: gives a progress callback for a piece of work, by its name.

    Attributes:
        positions: in the journal's ``outputs``, of each output of the model.
    """

    def __init__(
        self,
        cycle: int,
        pool: Pool,
        labelled: TrainingSet,
        unlabelled: npt.NDArray[np.int64],
        models: RunModels,
        seed: Callable[[str], int],
        progress: ProgressFactory,
    ) -> None:
        self.cycle = cycle
        self.labelled = labelled
        self.unlabelled = unlabelled
        self.models = models
        self.seed = seed
        self.progress = progress
        self.settings = models.folder.settings
        self.journal = models.folder.journal
        self.preparation = models.preparation
        self.of_pixels = pool.task == "segmentation"
        self.positions = tuple(range(len(pool.outputs))) if self.of_pixels else labelled.positions
        outputs = pool.outputs if self.of_pixels else labelled.classes
        self.description = describe_model(self.settings, pool, outputs)

    def run(self) -> TrainingResult:
        """Train, and save the weights of the model and of what is trained beside it."""
        teacher = self.teacher()
        pseudo = None if teacher is None else self.pseudo_labels(teacher)
        if teacher is not None and self.settings.warm_start:
            model = teacher  # weights that are carried over go to the student too
        else:
            model = self.initial_model("weights")
        companion = self.models.fresh_companion(model, self.seed("companion"))
        items, fabric, seed = self.labelled.items, self.models.fabric, self.seed("train")
        with self.progress(self.title("training")) as progress:
            if self.of_pixels:
                result = train_segmentation(model, self.preparation, items, fabric, seed, progress)
            else:
                result = train(
                    model,
                    self.preparation,
                    items,
                    self.labelled.labels,
                    fabric,
                    seed,
                    progress,
                    companion,
                    pseudo,
                )
        self.models.save(self.cycle, model, self.description, companion)
        return result

    def title(self, work: str) -> str:
        return f"cycle {self.cycle}: {work} on {counted(len(self.labelled.items), 'label')}"

    def initial_model(self, draw: str) -> TaskModel:
        """Fresh weights or, under ``warm_start``, those of the last cycle.

        A class that the last model did not know starts from fresh weights in the last layer.

        Args:
            draw: name of the draw of fresh weights.
        """
        model = self.models.fresh(self.description, self.seed(draw))
        if self.settings.warm_start and self.cycle > 1:
            last = self.journal.trained_positions(self.cycle - 1).tolist()
            place = {position: number for number, position in enumerate(last)}
            shared = [(n, place[p]) for n, p in enumerate(self.positions) if p in place]
            carry_over(self.models.trained(self.cycle - 1), model, shared)
        return model

    def teacher(self) -> TaskModel | None:
        """A model trained on the labels alone; None without self-training or unlabelled items.

        On those of this cycle: the model of the last one has seen fewer labels, and a student of
        it learns its mistakes (docs/unlabelled.md).
        """
        if not self.settings.self_train or len(self.unlabelled) == 0:
            return None
        model = self.initial_model("teacher weights")
        with self.progress(self.title("training a teacher")) as progress:
            train(
                model,
                self.preparation,
                self.labelled.items,
                self.labelled.labels,
                self.models.fabric,
                self.seed("teacher"),
                progress,
            )
        return model

    def pseudo_labels(self, teacher: TaskModel) -> PseudoLabels:
        """What ``teacher`` says of the items without labels."""
        with self.progress(f"cycle {self.cycle}: labels by a teacher") as progress:
            return ask_teacher(
                teacher,
                self.preparation,
                self.unlabelled,
                self.models.fabric,
                self.seed("teacher labels"),
                progress,
            )
