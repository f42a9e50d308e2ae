"""A run, opened to be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cryoal.analyses.influence import LabelledItems
from cryoal.analyses.item_losses import engine_losses
from cryoal.analyses.source import Source
from cryoal.errors import CryoalError
from cryoal.gradnorm import Aggregate
from cryoal.runs import ActiveLearningLoop, LabelTable, RunFolder, open_data
from cryoal.runs.candidates import scored_items
from cryoal.runs.start import fingerprints
from cryoal.studies.true_gradients import Progress, norms_of

Indices = npt.NDArray[np.int64]
Norms = dict[str, npt.NDArray[np.float64]]


class Subject:
    """A run with its pool, its models and what was chosen when.

    The pool is opened when it is first needed.

    Args:
        source: the run.
        device: where models run.
    """

    def __init__(self, source: Source, device: str) -> None:
        self.source = source
        self.folder = RunFolder.open(source.path)
        self.folder.settings = self.folder.settings.model_copy(update={"device": device})
        self.journal = self.folder.journal

    @cached_property
    def loop(self) -> ActiveLearningLoop:
        """What the run was made with; it is not run again.

        Raises:
            CryoalError: the pool is not there, or no longer what it was; or labels are masks.
        """
        if self.journal.task == "segmentation":
            raise CryoalError(
                f"{self.folder.path}: its labels are masks, and this analysis is of one class an "
                "item; name a run of classification"
            )
        pool = open_data(self.folder.settings)
        for name, value in fingerprints(pool).items():
            if self.journal.meta(name) != value:
                raise CryoalError(
                    f"{self.folder.path}: the {name} of {self.folder.settings.data} changed since "
                    "the run began; bring them back"
                )
        return ActiveLearningLoop(self.folder, pool, LabelTable(pool.labels))

    @property
    def queried(self) -> list[int]:
        """Cycles whose model chose a query."""
        done = self.journal.phase_seconds()
        return sorted(cycle for cycle, phase in done if phase == "query" and cycle > 0)

    @property
    def steps(self) -> list[int]:
        """Cycles whose model chose a query that the next model has learnt from."""
        trained = self.folder.trained_cycles()
        return [cycle for cycle in self.queried if cycle + 1 in trained]

    def need(self, cycles: list[int], what: str) -> list[int]:
        """``cycles``, of which there must be one.

        Raises:
            CryoalError: says ``what`` is missing.
        """
        if not cycles:
            raise CryoalError(f"{self.folder.path}: {what}; let the run go on with 'cryoal run'")
        return cycles

    def keys(self, cycle: int) -> Mapping[str, str | int]:
        """What a row of a table says of a cycle of this run."""
        labelled = int(self.journal.metrics()[cycle]["labelled"])
        return {"scheme": self.source.arm.name, "cycle": cycle, "labelled": labelled}

    def candidates(self, cycle: int) -> Indices:
        """Pool positions that the query of ``cycle`` was chosen from."""
        return scored_items(self.folder, cycle)

    def labelled(self, items: Indices, what: str, *cycles: int) -> LabelledItems:
        """Those of ``items`` whose true label the models of all ``cycles`` know.

        The labels are outputs of the model of the first of them.

        Raises:
            CryoalError: there is none; names ``what`` they are.
        """
        labels = [self.loop.known_labels(cycle, items) for cycle in cycles]
        known = np.all([own >= 0 for own in labels], axis=0)
        if not known.any():
            raise CryoalError(
                f"{self.folder.path}: {what} of cycle {cycles[0]} have no labels in the pool, "
                "which this analysis needs"
            )
        return LabelledItems(items[known], labels[0][known], int(known.sum()))

    def test(self, cycle: int) -> LabelledItems:
        """The test items, under the labels of the model of ``cycle``."""
        return self.labelled(self.journal.split("test"), "the test items", cycle)

    def norms(
        self, cycle: int, items: Indices, aggregate: Aggregate, progress: Progress | None = None
    ) -> Norms:
        """Gradient norms (n,) of ``items`` by the model of ``cycle``, for each of ``ITEM_LOSSES``.

        Args:
            items: whose labels that model knows.
        """
        workshop = self.loop.models.workshop(cycle)
        losses = engine_losses(self.loop.known_labels(cycle, items), workshop.fabric.device)
        found = norms_of(workshop, items, losses, aggregate, progress=progress)
        return {name: norms.double().numpy() for name, norms in found.items()}


@contextmanager
def opened(source: Source, device: str) -> Iterator[Subject]:
    """The run at ``source``, closed afterwards."""
    subject = Subject(source, device)
    try:
        yield subject
    finally:
        subject.journal.close()


def random_part(items: Indices, most: int, seed: int) -> Indices:
    """At most ``most`` of ``items``, drawn at random, in their order."""
    if len(items) <= most:
        return items
    generator = np.random.default_rng(seed)
    return np.sort(generator.choice(items, size=most, replace=False))


def random_labelled(labelled: LabelledItems, most: int, seed: int) -> LabelledItems:
    """At most ``most`` of ``labelled``, drawn at random, standing for all of them."""
    places = random_part(np.arange(len(labelled)), most, seed)
    return LabelledItems(labelled.items[places], labelled.labels[places], labelled.stands_for)
