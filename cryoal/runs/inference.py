"""A trained run put to work on another pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cryoal import strategies
from cryoal.errors import CryoalError
from cryoal.io.answers import Answers
from cryoal.learning.checkpoint import load_model
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import Outputs, compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.pools import Pool
from cryoal.runs.folder import RunFolder
from cryoal.runs.model_description import check_same_imaging
from cryoal.runs.models import RunModels
from cryoal.runs.scoring import Surveyor
from cryoal.runs.training_set import training_set
from cryoal.strategies import Need, Scorer

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Prediction:
    """Class and probability of every item of a pool.

    Attributes:
        classes: names, in the order of the model.
        labels: (N,) class positions.
        probabilities: (N,) of the predicted class.
    """

    classes: tuple[str, ...]
    labels: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float64]

    def names(self) -> list[str]:
        """Class name of each item."""
        return [self.classes[label] for label in self.labels]

    def answers(self) -> Answers:
        """The same as lists of particles take it."""
        return Answers(self.classes, self.names(), self.probabilities.tolist())


class TrainedRun:
    """The last model of a run, checked against a pool and run over all of it.

    Args:
        folder: a run with at least one finished training.
        pool: subtomograms of the same box, voxel size and contrast as the run's.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.

    Raises:
        CryoalError: no model yet, or a pool that it does not fit.
    """

    def __init__(self, folder: RunFolder, pool: Pool, device: str) -> None:
        if folder.journal.task == "segmentation":
            raise CryoalError(
                f"{folder.path}: its models give a class to each pixel, not to items, so there is "
                "no table of items to write"
            )
        self.folder = folder
        self.pool = pool
        self.cycle, path = folder.trained_model()
        self.model, self.description = load_model(path)
        check_same_imaging(self.description, pool)
        self.fabric = make_fabric(device, folder.settings.recipe.precision)
        self.preparation = Preparation(pool, folder.settings.recipe)
        self.everything = np.arange(len(pool))

    def is_own_pool(self) -> bool:
        """Whether the pool is the one that the run was begun with."""
        return self.folder.journal.meta("items") == self.pool.fingerprint

    def predict(self, progress: Progress | None = None) -> Prediction:
        """Likeliest class of every item, in the pool's order."""
        outputs = compute_outputs(
            self.model, self.preparation, self.everything, self.fabric, progress=progress
        )
        return self.prediction(outputs)

    def prediction(self, outputs: Outputs) -> Prediction:
        best, labels = outputs.probabilities.max(1)
        return Prediction(self.description.classes, labels.numpy(), best.double().numpy())

    def score(self, progress: Progress | None = None) -> tuple[npt.NDArray[np.float64], Prediction]:
        """The run's scheme on every item: scores (N,), and the prediction of the same pass.

        Raises:
            CryoalError: the scheme chooses whole batches and gives no score to single items.
        """
        strategy = strategies.get(self.folder.settings.scheme).strategy()
        if not isinstance(strategy, Scorer):
            raise CryoalError(
                f"scheme '{self.folder.settings.scheme}' chooses whole queries and scores no "
                "single items; use a run of another scheme, such as entropy"
            )
        if strategy.needs & {Need.LABELLED, Need.WORKSHOP} and not self.is_own_pool():
            raise CryoalError(
                f"scheme '{self.folder.settings.scheme}' compares items with those labelled in the "
                "run, so it scores the run's own pool alone; leave out --data, or use a run of "
                "another scheme"
            )
        settings = self.folder.settings
        models = RunModels(self.folder, strategy, self.preparation, self.fabric)
        surveyor = Surveyor(strategy, models.workshop(self.cycle), models.encoder(), settings)
        labelled = training_set(self.folder.journal, settings)
        context = surveyor.context(
            self.everything, labelled.items, labelled.labels, settings.seed, progress
        )
        return strategy.score(context).double().numpy(), self.prediction(context.outputs)
