"""Algorithm 1 of Wang et al., AAAI 2022: train, evaluate, score, query, label, repeat."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np
import numpy.typing as npt

from cryoal import strategies
from cryoal.learning.checkpoint import load_model, save_model
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.train import train
from cryoal.pools import SubtomogramPool
from cryoal.runs.amount import count_items
from cryoal.runs.evaluation import classification_metrics, confusion
from cryoal.runs.folder import RunFolder
from cryoal.runs.model_description import describe_model
from cryoal.runs.oracle import Oracle
from cryoal.runs.scoring import save_scores, scheme_outputs, scores_of
from cryoal.runs.tables import write_tables
from cryoal.strategies import QueryContext, Scorer
from models3d import TaskModel3D

Progress = Callable[[int, int], None]
ProgressFactory = Callable[[str], AbstractContextManager[Progress]]
CycleReport = Callable[[int, dict[str, float]], None]


def phase_seed(seed: int, cycle: int, phase: str) -> int:
    """Seed of one phase of one cycle: a phase done again after a kill comes out the same."""
    digest = hashlib.sha256(f"{seed}/{cycle}/{phase}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


class ActiveLearningLoop:
    """Carries a run from where its journal stands to its end.

    Each phase of each cycle is done once: its result and the mark that it is done are written
    together, so a process killed at any point repeats at most one phase, from the same seed. The
    initial random set is the query of cycle 0; the query of cycle c is chosen by the model
    trained in cycle c. The last cycle trains and evaluates only.

    Args:
        folder: the run, prepared.
        pool: the pool of the run's settings.
        oracle: who answers.
        progress: gives a progress callback for a piece of work, by its name.
        report: called after each cycle with its number and metrics.
    """

    def __init__(
        self,
        folder: RunFolder,
        pool: SubtomogramPool,
        oracle: Oracle,
        progress: ProgressFactory,
        report: CycleReport,
    ) -> None:
        self.folder = folder
        self.pool = pool
        self.oracle = oracle
        self.progress = progress
        self.report = report
        self.settings = folder.settings
        self.journal = folder.journal
        self.strategy = strategies.get(self.settings.scheme).strategy()
        self.preparation = Preparation(pool, self.settings.recipe)
        self.fabric = make_fabric(self.settings.device, self.settings.recipe.precision)
        self.trainable = self.journal.split("train")

    def run(self) -> None:
        """Do all that is left to do."""
        self.phase(0, "query", self.query_initial)
        self.phase(0, "label", self.label)
        for cycle in range(1, self.settings.cycles + 1):
            self.phase(cycle, "train", self.train)
            self.phase(cycle, "evaluate", self.evaluate)
            if cycle < self.settings.cycles:
                self.phase(cycle, "query", self.query)
                self.phase(cycle, "label", self.label)
            write_tables(self.folder)
            self.report(cycle, self.journal.metrics()[cycle])

    def phase(self, cycle: int, name: str, work: Callable[[int, float], None]) -> None:
        """Do ``work`` unless the journal says that it is done."""
        if (cycle, name) not in self.journal.phase_seconds():
            work(cycle, time.perf_counter())

    def seed(self, cycle: int, phase: str) -> int:
        return phase_seed(self.settings.seed, cycle, phase)

    def candidates(self) -> npt.NDArray[np.int64]:
        """Pool positions of the training items that no query has named yet, ascending."""
        return np.setdiff1d(self.trainable, self.journal.queried())

    def query_initial(self, cycle: int, started: float) -> None:
        generator = np.random.default_rng(self.seed(cycle, "query"))
        count = min(count_items(self.settings.initial, len(self.trainable)), len(self.trainable))
        chosen = generator.choice(self.trainable, size=count, replace=False)
        seconds = {"query": time.perf_counter() - started}
        self.journal.add_query(cycle, chosen, None, seconds)

    def label(self, cycle: int, started: float) -> None:
        items = self.journal.query(cycle)
        answers = zip(items.tolist(), self.oracle.answer(items).tolist(), strict=True)
        self.journal.add_labels(cycle, answers, self.oracle.name, time.perf_counter() - started)

    def train(self, cycle: int, started: float) -> None:
        indices, labels = self.journal.labelled()
        model = self.initial_model(cycle)
        with self.progress(f"cycle {cycle}: training on {len(indices)} labels") as progress:
            result = train(
                model,
                self.preparation,
                indices,
                labels,
                self.fabric,
                self.seed(cycle, "train"),
                progress,
            )
        description = describe_model(self.settings, self.pool, self.journal.classes)
        save_model(model, description, self.folder.weights_path(cycle))
        metrics = {
            "labelled": float(len(indices)),
            "train_accuracy": result.accuracy,
            "train_loss": result.loss,
        }
        self.journal.add_training(cycle, metrics, time.perf_counter() - started)

    def initial_model(self, cycle: int) -> TaskModel3D:
        """Fresh weights, or those of the last cycle under ``warm_start``."""
        if self.settings.warm_start and cycle > 1:
            return self.model(cycle - 1)
        description = describe_model(self.settings, self.pool, self.journal.classes)
        return description.build(self.seed(cycle, "weights"))

    def model(self, cycle: int) -> TaskModel3D:
        """Model trained in ``cycle``."""
        return load_model(self.folder.weights_path(cycle))[0]

    def evaluate(self, cycle: int, started: float) -> None:
        """Metrics on the test items and, prefixed, on the validation items, where there are any."""
        model = self.model(cycle)
        metrics: dict[str, float] = {}
        matrix = None
        for split, prefix in (("test", ""), ("validation", "validation_")):
            items = self.journal.split(split)
            if len(items) == 0:
                continue
            with self.progress(f"cycle {cycle}: evaluating on {len(items)} items") as progress:
                outputs = compute_outputs(
                    model, self.preparation, items, self.fabric, progress=progress
                )
            labels = self.pool.labels[items]
            for name, value in classification_metrics(outputs.logits, labels).items():
                metrics[prefix + name] = value
            if split == "test":
                matrix = confusion(outputs.logits, labels, len(self.journal.classes))
        self.journal.add_evaluation(cycle, metrics, matrix, time.perf_counter() - started)

    def query(self, cycle: int, started: float) -> None:
        """Score the candidates in reach, choose among them and keep their scores."""
        candidates = self.candidates()
        if self.settings.subset is not None:
            generator = np.random.default_rng(self.seed(cycle, "subset"))
            count = min(count_items(self.settings.subset, len(candidates)), len(candidates))
            candidates = np.sort(generator.choice(candidates, size=count, replace=False))
        labelled, labels = self.journal.labelled()
        with self.progress(f"cycle {cycle}: scoring {len(candidates)} candidates") as progress:
            outputs = scheme_outputs(
                self.strategy,
                self.model(cycle),
                self.preparation,
                candidates,
                self.settings,
                self.fabric,
                progress,
            )
        context = QueryContext(candidates, outputs, labelled, labels, self.seed(cycle, "query"))
        scored = time.perf_counter()
        budget = count_items(self.settings.budget, len(self.trainable))
        chosen = self.strategy.select(context, budget)
        scores = self.strategy.score(context) if isinstance(self.strategy, Scorer) else None
        save_scores(self.folder.scores_path(cycle), context, scores)
        self.journal.add_query(
            cycle,
            chosen,
            None if scores is None else scores_of(chosen, context, scores),
            {"score": scored - started, "query": time.perf_counter() - scored},
        )
