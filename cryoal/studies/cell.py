"""One run of a study, measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryoal.errors import CryoalError
from cryoal.pools import Pool
from cryoal.runs import (
    ActiveLearningLoop,
    LabelTable,
    RunFolder,
    continue_run,
    is_started,
    open_data,
    start_run,
)
from cryoal.runs.cycle_training import CycleTraining
from cryoal.runs.settings import RunSettings
from cryoal.strategies import Strategy
from cryoal.studies.arm import PRETRAINED, SELF_TRAINED, Arm
from cryoal.studies.chance import chance_of
from cryoal.studies.peak_memory import forget_peak, peak_memory_mb
from cryoal.studies.results import METRICS, PHASES, WITH_MEMORY, CellResult
from cryoal.studies.shared_weights import SharedWeights
from cryoal.studies.true_gradients import query_overlap

CELLS = "cells"
SHARED = "shared"
OVERLAP = "overlap_true_gradnorm"
TRUE_NORMS = "true norms"
SECONDS = "seconds"


@dataclass(frozen=True)
class Cell:
    """An arm under one seed.

    Attributes:
        study: folder of the study.
        arm: what is compared.
        seed: of split, initial set, weights and trainings.
    """

    study: Path
    arm: Arm
    seed: int

    @property
    def path(self) -> Path:
        """Its run folder."""
        return self.study / CELLS / f"{self.arm.name}-{self.seed}"

    @property
    def name(self) -> str:
        return f"{self.arm.name}, seed {self.seed}"

    def is_done(self, common: RunSettings) -> bool:
        """Whether its run came to its end under these settings."""
        if not is_started(self.path):
            return False
        folder = RunFolder.open(self.path)
        try:
            settings = self.arm.settings(common, self.seed)
            return folder.is_finished() and folder.settings.cycles >= settings.cycles
        finally:
            folder.journal.close()

    def run(self, common: RunSettings) -> None:
        """Begin or continue its run, and bring it to its end.

        Raises:
            CryoalError: settings that do not fit the pool, or another process works on it.
        """
        settings = self.arm.settings(common, self.seed)
        pool = open_data(settings)
        if is_started(self.path):
            folder = continue_run(self.path, settings, pool)
        else:
            folder = start_run(self.path, settings, pool)
        try:
            with folder.locked():
                MeasuredLoop(folder, pool, SharedWeights(self.study / SHARED)).run()
        finally:
            folder.journal.close()

    def results(self) -> list[CellResult]:
        """What its finished cycles measured; nothing where it was never begun."""
        if not is_started(self.path):
            return []
        folder = RunFolder.open(self.path)
        try:
            return read_results(folder, self.arm, self.seed)
        finally:
            folder.journal.close()


class MeasuredLoop(ActiveLearningLoop):
    """A loop that notes peak memory and, after each query, how large its true norms were.

    What does not depend on the scheme is learned once a seed and taken over by the other arms:
    the features of a pretraining, and the first model. Settings that arms share and the seed
    decide these to the bit on the CPU, so a copy is what the run would have learned itself.

    Args:
        shared: weights of the study.
    """

    def __init__(self, folder: RunFolder, pool: Pool, shared: SharedWeights) -> None:
        super().__init__(folder, pool, LabelTable.of(pool, folder.settings))
        self.shared = shared

    def phase(self, cycle: int, name: str, work: Callable[[int, float], None]) -> None:
        """Do and measure ``work`` unless the journal says that it is done."""
        if (cycle, name) not in self.journal.phase_seconds():
            self.measured(cycle, name, work)
        if name == "query" and cycle > 0:
            super().phase(cycle, TRUE_NORMS, self.true_norms)

    def measured(self, cycle: int, name: str, work: Callable[[int, float], None]) -> None:
        """Do ``work``, and note by how much memory the process grew at most.

        Growth, since the process holds what libraries keep from the runs that it did before.
        """
        forget_peak()
        before = peak_memory_mb()
        super().phase(cycle, name, work)
        peak = peak_memory_mb()
        if before is not None and peak is not None:
            # Scoring is most of a query's memory; the time of each is known apart.
            phase = "score" if name == "query" else name
            self.note(cycle, {f"{phase}_memory_mb": peak - before})

    def note(self, cycle: int, metrics: dict[str, float]) -> None:
        with self.journal.transaction():
            self.journal.insert_metrics(cycle, metrics)

    def true_norms(self, cycle: int, started: float) -> None:
        """How many of the query are among the candidates with the largest true norms.

        Where the pool has a class that the model does not know, those items are left out.
        """
        overlap = query_overlap(self, cycle)
        with self.journal.transaction():
            self.journal.insert_metrics(cycle, {OVERLAP: overlap.share})
            self.journal.finish_phase(cycle, TRUE_NORMS, time.perf_counter() - started)

    def learn_features(self, cycle: int) -> dict[str, float]:
        """Pretrain, or take what another arm of this seed learned."""
        return self.shared.obtain(
            f"features-{self.settings.seed}",
            self.folder.pretrained_path,
            lambda: super(MeasuredLoop, self).learn_features(cycle),
        )

    def train(self, cycle: int, started: float) -> None:
        """Train, or in the first cycle take what another arm of this seed trained.

        The time noted is that of the training in either case.
        """
        if cycle > 1 or self.has_companion():
            super().train(cycle, started)
            return
        training = self.training(cycle)

        def learn() -> dict[str, float]:
            metrics = self.learn(training)
            return metrics | {SECONDS: time.perf_counter() - started}

        said = self.shared.obtain(
            self.first_model(training), self.folder.weights_path(cycle), learn
        )
        seconds = said.pop(SECONDS)
        self.journal.add_training(cycle, said, training.positions, seconds)

    def has_companion(self) -> bool:
        """Whether the scheme trains something beside the model, which changes the model too."""
        return type(self.strategy).companion is not Strategy.companion

    def first_model(self, training: CycleTraining) -> str:
        """Name of the weights of the first cycle: what arms differ in besides the scheme."""
        labels = len(training.labelled.items)
        added = (PRETRAINED * self.settings.pretrain, SELF_TRAINED * self.settings.self_train)
        return f"first-{self.settings.seed}-{labels}{''.join(added)}"


def read_results(folder: RunFolder, arm: Arm, seed: int) -> list[CellResult]:
    """A row for each evaluated cycle of a run.

    Raises:
        CryoalError: nothing is held out, so that there is no accuracy to compare.
    """
    if len(folder.journal.split("test")) == 0:
        raise CryoalError(f"{folder.path}: no test items; a study compares accuracies")
    seconds = folder.journal.phase_seconds()
    rows = []
    for cycle, metrics in folder.journal.metrics().items():
        if (cycle, "evaluate") not in seconds:
            continue
        names = (*METRICS, "train_accuracy", "train_loss")
        values: dict[str, Any] = {name: metrics.get(name) for name in names}
        for phase in PHASES:
            values[f"{phase}_seconds"] = seconds.get((cycle, phase))
        for phase in WITH_MEMORY:
            values[f"{phase}_memory_mb"] = metrics.get(f"{phase}_memory_mb")
        values[OVERLAP] = metrics.get(OVERLAP)
        confusion = folder.journal.confusion(cycle)
        # Pixels of an image are no independent items, which that of chance counts on.
        if confusion.sum() > 1 and folder.journal.task == "classification":
            values["chance"], values["chance_deviation"] = chance_of(confusion)
        rows.append(
            CellResult(
                scheme=arm.curve,
                seed=seed,
                cycle=cycle,
                labelled=int(metrics["labelled"]),
                query_counts=query_counts(folder, cycle),
                **values,
            )
        )
    return rows


def query_counts(folder: RunFolder, cycle: int) -> tuple[int, ...] | None:
    """Items of each class (classes,) in the query of ``cycle``; None in the last, without one.

    None for segmentation too: an image holds pixels of many classes.
    """
    labels = [row.label for row in folder.journal.query_rows() if row.cycle == cycle]
    if not labels or folder.journal.task == "segmentation":
        return None
    return tuple(labels.count(name) for name in folder.journal.classes)
