"""Algorithm 1 of Wang et al., AAAI 2022: train, evaluate, score, query, label, repeat."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import numpy as np
import numpy.typing as npt
import torch

from cryoal import strategies
from cryoal.counted import counted
from cryoal.learning.checkpoint import save_model
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.pretrain import pretrain
from cryoal.learning.task_model import TaskModel
from cryoal.pools import Pool, SubtomogramPool
from cryoal.runs.amount import count_items
from cryoal.runs.answers import Answers
from cryoal.runs.candidates import open_items
from cryoal.runs.cold_start import diverse_start, spread_out
from cryoal.runs.cycle_training import CycleTraining, ProgressFactory
from cryoal.runs.embeddings import save_embeddings
from cryoal.runs.evaluation import Evaluation, classification_metrics, confusion
from cryoal.runs.folder import RunFolder
from cryoal.runs.model_description import describe_model
from cryoal.runs.models import RunModels
from cryoal.runs.oracle import Oracle
from cryoal.runs.pixel_evaluation import tally_pixels
from cryoal.runs.scoring import Surveyor, save_scores
from cryoal.runs.tables import write_tables
from cryoal.runs.training_set import TrainingSet, training_set
from cryoal.strategies import Scorer

Progress = Callable[[int, int], None]
Indices = npt.NDArray[np.int64]
CycleReport = Callable[[int, dict[str, float]], None]

PRETRAINED_CLASSES = ("unlabelled", "items")
"""The head of a pretrained model is never used; a description names classes nevertheless."""


def silently(_work: str) -> AbstractContextManager[Progress]:
    """A progress that nobody sees."""
    return nullcontext(lambda _done, _total: None)


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
        pool: Pool,
        oracle: Oracle,
        progress: ProgressFactory = silently,
        report: CycleReport = lambda _cycle, _metrics: None,
    ) -> None:
        self.folder = folder
        self.pool = pool
        self.oracle = oracle
        self.progress = progress
        self.report = report
        self.reported: set[int] = set()
        self.settings = folder.settings
        self.journal = folder.journal
        self.strategy = strategies.get(self.settings.scheme).strategy()
        self.preparation = Preparation(pool, self.settings.recipe)
        self.fabric = make_fabric(self.settings.device, self.settings.recipe.precision)
        self.models = RunModels(folder, self.strategy, self.preparation, self.fabric)
        self.trainable = self.journal.split("train")

    def run(self) -> bool:
        """Do what can be done.

        Returns:
            Whether that was all; False while a query waits for its answers.
        """
        if self.settings.pretrain:
            self.phase(0, "pretrain", self.pretrain)
        self.phase(0, "query", self.query_initial)
        answered = self.label(0)
        for cycle in range(1, self.settings.cycles + 1):
            if not answered:
                break
            self.phase(cycle, "train", self.train)
            self.phase(cycle, "evaluate", self.evaluate)
            if cycle < self.settings.cycles:
                self.phase(cycle, "query", self.query)
                answered = self.label(cycle)
            write_tables(self.folder)
            if cycle not in self.reported:
                self.reported.add(cycle)
                self.report(cycle, self.journal.metrics()[cycle])
        return answered

    def phase(self, cycle: int, name: str, work: Callable[[int, float], None]) -> None:
        """Do ``work`` unless the journal says that it is done."""
        if (cycle, name) not in self.journal.phase_seconds():
            work(cycle, time.perf_counter())

    def seed(self, cycle: int, phase: str) -> int:
        return phase_seed(self.settings.seed, cycle, phase)

    def pretrain(self, cycle: int, started: float) -> None:
        metrics = self.learn_features(cycle)
        with self.journal.transaction():
            self.journal.insert_metrics(cycle, metrics)
            self.journal.finish_phase(cycle, "pretrain", time.perf_counter() - started)

    def learn_features(self, cycle: int) -> dict[str, float]:
        """Train the model's body on all items but those held out, without labels, and save it."""
        held_out = [self.journal.split(name) for name in ("test", "validation")]
        items = np.setdiff1d(np.arange(len(self.pool)), np.concatenate(held_out))
        description = describe_model(self.settings, self.pool, PRETRAINED_CLASSES)
        model = description.build(self.seed(cycle, "weights"))
        settings = self.settings.pretraining
        with self.progress(
            f"pretraining on {counted(len(items), 'item')} without labels"
        ) as progress:
            result = pretrain(
                model,
                self.preparation,
                items,
                self.fabric,
                self.seed(cycle, "pretrain"),
                settings,
                progress,
            )
        save_model(model, description, self.folder.pretrained_path)
        return {"pretrain_loss": result.loss, "pretrain_matched": result.matched}

    def query_initial(self, cycle: int, started: float) -> None:
        """The first query; none where labels known beforehand are already used."""
        pool, settings = self.candidates(), self.settings
        count = min(count_items(settings.initial, len(self.trainable)), len(pool))
        if training_set(self.journal, settings).kinds >= 2:
            chosen = pool[:0]
        elif settings.cold_start == "diverse":
            chosen = self.diverse_query(pool, count, self.seed(cycle, "query"))
        else:
            generator = np.random.default_rng(self.seed(cycle, "query"))
            chosen = generator.choice(pool, size=count, replace=False)
        self.journal.add_query(cycle, chosen, {"query": time.perf_counter() - started})

    def diverse_query(self, candidates: Indices, count: int, seed: int) -> Indices:
        """Candidates spread over the data, by pretrained features where the run has them."""
        with self.progress(
            f"spreading the first query over {counted(len(candidates), 'item')}"
        ) as progress:
            encoder = self.models.encoder()
            if encoder is None or count >= len(candidates):
                assert isinstance(self.pool, SubtomogramPool)  # people label nothing else
                return diverse_start(self.pool, candidates, count, seed, progress)
            outputs = compute_outputs(
                encoder,
                self.preparation,
                candidates,
                self.fabric,
                embeddings=True,
                progress=progress,
            )
        assert outputs.embeddings is not None
        return candidates[spread_out(outputs.embeddings.double().numpy(), count, seed)]

    def candidates(self) -> npt.NDArray[np.int64]:
        """Pool positions of the training items that may be asked about, ascending."""
        return open_items(self.journal)

    def label(self, cycle: int) -> bool:
        """Whether the query of ``cycle`` is answered."""
        if (cycle, "label") in self.journal.phase_seconds():
            return True
        return self.oracle.answer(self.folder, cycle)

    def labelled(self, cycle: int) -> TrainingSet:
        """What the model of ``cycle`` learns from; the same when a killed phase is done again."""
        return training_set(self.journal, self.settings, self.labels_until(cycle))

    def labels_until(self, cycle: int) -> int | None:
        """The last event that the model of ``cycle`` may know."""
        return self.journal.last_event_of(cycle - 1, "label")

    def train(self, cycle: int, started: float) -> None:
        training = self.training(cycle)
        metrics = self.learn(training)
        seconds = time.perf_counter() - started
        self.journal.add_training(cycle, metrics, training.positions, seconds)

    def learn(self, training: CycleTraining) -> dict[str, float]:
        """Carry ``training`` out, and say how it went."""
        result = training.run()
        return {
            "labelled": float(len(training.labelled.items)),
            "train_accuracy": result.accuracy,
            "train_loss": result.loss,
        }

    def training(self, cycle: int) -> CycleTraining:
        """The training of ``cycle``, ready to be run."""
        unlabelled = open_items(self.journal, self.labels_until(cycle))
        return CycleTraining(
            cycle,
            self.pool,
            self.labelled(cycle),
            unlabelled,
            self.models,
            partial(self.seed, cycle),
            self.progress,
        )

    def evaluate(self, cycle: int, started: float) -> None:
        """Metrics on the test items and, prefixed, on the validation items, where there are any."""
        model = self.models.trained(cycle)
        metrics: dict[str, float] = {}
        matrix = None
        for split, prefix in (("test", ""), ("validation", "validation_")):
            items = self.journal.split(split)
            if len(items) == 0:
                continue
            with self.progress(
                f"cycle {cycle}: evaluating on {counted(len(items), 'item')}"
            ) as progress:
                found = self.measure(cycle, model, items, progress)
            if found is None:
                continue
            metrics[f"{prefix}items"] = float(found.items)
            metrics |= {prefix + name: value for name, value in found.metrics.items()}
            if split == "test":
                matrix = self.by_position(cycle, found.confusion)
        self.journal.add_evaluation(cycle, metrics, matrix, time.perf_counter() - started)

    def measure(
        self, cycle: int, model: TaskModel, items: Indices, progress: Progress
    ) -> Evaluation | None:
        """The model of ``cycle`` on ``items``; None where it knows the label of none."""
        if self.pool.task == "segmentation":
            tally = tally_pixels(model, self.preparation, items, self.fabric, progress)
            if tally.pixels == 0:
                return None
            return Evaluation(len(items), tally.metrics(), tally.confusion)
        outputs = compute_outputs(model, self.preparation, items, self.fabric, progress=progress)
        labels = self.known_labels(cycle, items)
        logits = outputs.logits[torch.from_numpy(labels >= 0)]
        labels = labels[labels >= 0]
        if len(labels) == 0:
            return None
        matrix = confusion(logits, labels, logits.shape[1])
        return Evaluation(len(labels), classification_metrics(logits, labels), matrix)

    def known_labels(self, cycle: int, items: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Labels of the pool (n,) as outputs of the model of ``cycle``; -1 for a removed class."""
        roots = Answers(self.journal.labels.classes.roots())
        place: dict[int | None, int] = {
            position: output
            for output, position in enumerate(self.journal.trained_positions(cycle).tolist())
        }
        labels = self.pool.labels[items].tolist()
        return np.array([place.get(roots.root(label), -1) for label in labels], np.int64)

    def by_position(self, cycle: int, matrix: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """A confusion matrix by model output, by position in the journal instead."""
        positions = self.journal.trained_positions(cycle)
        count = len(self.journal.outputs)
        placed = np.zeros((count, count), np.int64)
        placed[np.ix_(positions, positions)] = matrix
        return placed

    def query(self, cycle: int, started: float) -> None:
        """Score the candidates in reach, choose among them and keep their scores."""
        candidates = self.candidates()
        if self.settings.subset is not None:
            generator = np.random.default_rng(self.seed(cycle, "subset"))
            count = min(count_items(self.settings.subset, len(candidates)), len(candidates))
            candidates = np.sort(generator.choice(candidates, size=count, replace=False))
        labelled = self.labelled(cycle)
        workshop = self.models.workshop(cycle)
        surveyor = Surveyor(self.strategy, workshop, self.models.encoder(), self.settings)
        seed = self.seed(cycle, "query")
        with self.progress(
            f"cycle {cycle}: scoring {counted(len(candidates), 'candidate')}"
        ) as progress:
            context = surveyor.context(candidates, labelled.items, labelled.labels, seed, progress)
        scored = time.perf_counter()
        budget = min(count_items(self.settings.budget, len(self.trainable)), len(candidates))
        scores = self.strategy.score(context) if isinstance(self.strategy, Scorer) else None
        if scores is None:
            chosen = self.strategy.select(context, budget)
        else:
            chosen = Scorer.highest(context, scores, budget)
        positions = self.journal.trained_positions(cycle)
        save_scores(self.folder.scores_path(cycle), context, positions, scores)
        if self.settings.oracle == "human":
            self.save_embeddings(cycle, workshop.model, np.union1d(chosen, labelled.items))
        places = np.searchsorted(candidates, chosen)
        best, predicted = context.probabilities[places].double().max(1)
        of_items = self.pool.task == "classification"  # else no class is predicted of an item
        self.journal.add_query(
            cycle,
            chosen,
            {"score": scored - started, "query": time.perf_counter() - scored},
            scores=None if scores is None else scores.double().numpy()[places],
            predictions=positions[predicted.numpy()] if of_items else None,
            probabilities=best.numpy() if of_items else None,
        )

    def save_embeddings(self, cycle: int, model: TaskModel, items: npt.NDArray[np.int64]) -> None:
        """Where the model sees queried and labelled items, to show people what is alike."""
        outputs = compute_outputs(model, self.preparation, items, self.fabric, embeddings=True)
        assert outputs.embeddings is not None
        save_embeddings(self.folder.embeddings_path(cycle), items, outputs.embeddings.numpy())
