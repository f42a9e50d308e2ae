"""``run.sqlite``: the one place of truth of a run."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.runs import label_store
from cryoal.runs.answers import Outcome
from cryoal.runs.database import VERSION, Database
from cryoal.runs.label_store import LabelStore
from cryoal.task import Task

SCHEMA = (
    label_store.SCHEMA
    + """;
CREATE TABLE IF NOT EXISTS metrics (
    cycle INTEGER NOT NULL, name TEXT NOT NULL, value REAL, PRIMARY KEY (cycle, name));
CREATE TABLE IF NOT EXISTS confusion (
    cycle INTEGER NOT NULL, true INTEGER NOT NULL, predicted INTEGER NOT NULL,
    count INTEGER NOT NULL, PRIMARY KEY (cycle, true, predicted));
CREATE TABLE IF NOT EXISTS trained_classes (
    cycle INTEGER NOT NULL, place INTEGER NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (cycle, place));
CREATE TABLE IF NOT EXISTS phases (
    cycle INTEGER NOT NULL, phase TEXT NOT NULL, seconds REAL NOT NULL,
    last_event INTEGER NOT NULL, PRIMARY KEY (cycle, phase));
"""
)


OUTPUTS = "outputs"
"""Key of the names of classes of pixels; without it a run is about classes of items."""


@dataclass(frozen=True)
class QueryRow:
    """One queried item; cycle 0 is the random initial set.

    Attributes:
        cycle, rank: when and in which place (0 = first) it was asked for.
        item: position in the pool.
        id: name of the item.
        score: the scheme's score, None where it gives none.
        prediction: class position that the model of that cycle gave, None in cycle 0.
        probability: of that class.
        label: class name, ``junk``, or None while there is no single answer.
    """

    cycle: int
    rank: int
    item: int
    id: str
    score: float | None
    prediction: int | None
    probability: float | None
    label: str | None


class Journal(Database):
    """Append-only record of a run, safe to read while other processes write.

    Every method that writes is one transaction: a process killed at any point leaves it as before
    or as after.

    Attributes:
        labels: what people and label tables said.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the journal at ``path``.

        Raises:
            CryoalError: not a journal, or one of another version of cryoal.
        """
        super().__init__(path, SCHEMA)
        self.labels = LabelStore(self)

    def create(
        self,
        meta: dict[str, str],
        classes: Sequence[str],
        ids: Sequence[str],
        groups: Sequence[str] | None,
        splits: Sequence[str],
    ) -> None:
        """Fill a new journal in one transaction; the key ``version`` marks it as whole.

        Args:
            meta: facts about the run, such as the pool's fingerprint.
            classes: class names in the order of the labels.
            ids: item names (N,).
            groups: tomogram of each item, or None.
            splits: ``train``, ``validation``, ``test`` or ``none`` for each item.

        Raises:
            CryoalError: another process filled it first.
        """
        names = groups if groups is not None else [None] * len(ids)
        facts = {
            "version": str(VERSION),
            "created_at": str(time.time()),
            "run_uid": uuid.uuid4().hex,
            **meta,
        }
        try:
            with self.transaction():
                self.db.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())
                self.db.executemany(
                    "INSERT INTO classes (position, name) VALUES (?, ?)", enumerate(classes)
                )
                rows = zip(range(len(ids)), ids, names, splits, strict=True)
                self.db.executemany("INSERT INTO items VALUES (?, ?, ?, ?)", rows)
        except sqlite3.IntegrityError as error:
            raise CryoalError(f"{self.path}: another process began this run already") from error

    @property
    def uid(self) -> str:
        """The run's own, by which it knows its bundles."""
        return str(self.meta("run_uid"))

    @property
    def classes(self) -> list[str]:
        """Name of every class there ever was, by position."""
        return [one.name for one in self.labels.classes.all()]

    @property
    def task(self) -> Task:
        """What the run's models say."""
        return "classification" if self.meta(OUTPUTS) is None else "segmentation"

    @property
    def outputs(self) -> list[str]:
        """Name of what models tell apart, by position: the classes, or those of pixels."""
        of_pixels = self.meta(OUTPUTS)
        return self.classes if of_pixels is None else list(json.loads(of_pixels))

    def split(self, name: str) -> npt.NDArray[np.int64]:
        """Pool positions of the items of a split, ascending."""
        rows = self.db.execute("SELECT item FROM items WHERE split = ? ORDER BY item", (name,))
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def phase_seconds(self) -> dict[tuple[int, str], float]:
        """Seconds of each finished (cycle, phase)."""
        rows = self.db.execute("SELECT cycle, phase, seconds FROM phases")
        return {(cycle, phase): seconds for cycle, phase, seconds in rows}

    def finish_phase(self, cycle: int, phase: str, seconds: float) -> None:
        """Mark a phase as done; call inside the transaction that writes its result."""
        self.db.execute(
            "INSERT INTO phases VALUES (?, ?, ?, ?)",
            (cycle, phase, seconds, self.labels.last_event()),
        )

    def last_event_of(self, cycle: int, phase: str) -> int:
        """The latest label event when a finished phase was finished."""
        row = self.db.execute(
            "SELECT last_event FROM phases WHERE cycle = ? AND phase = ?", (cycle, phase)
        ).fetchone()
        return int(row[0])

    def add_query(
        self,
        cycle: int,
        items: npt.NDArray[np.int64],
        seconds: dict[str, float],
        *,
        scores: npt.NDArray[np.float64] | None = None,
        predictions: npt.NDArray[np.int64] | None = None,
        probabilities: npt.NDArray[np.float64] | None = None,
    ) -> None:
        """Record a query, best first, after what the cycle queried before; finish phases.

        Args:
            items: pool positions (k,).
            seconds: of each phase that this finishes, by its name.
            scores: (k,) of the scheme.
            predictions: (k,) class positions.
            probabilities: (k,) of those classes.
        """
        columns = [
            [None] * len(items) if values is None else values.tolist()
            for values in (scores, predictions, probabilities)
        ]
        with self.transaction():
            first = len(self.query(cycle))
            rows = [
                (cycle, first + place, item, *said)
                for place, (item, *said) in enumerate(zip(items.tolist(), *columns, strict=True))
            ]
            self.db.executemany("INSERT INTO queries VALUES (?, ?, ?, ?, ?, ?)", rows)
            for phase, value in seconds.items():
                self.finish_phase(cycle, phase, value)

    def query(self, cycle: int) -> npt.NDArray[np.int64]:
        """Pool positions queried in ``cycle``, best first."""
        rows = self.db.execute("SELECT item FROM queries WHERE cycle = ? ORDER BY rank", (cycle,))
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def query_rows(self) -> list[QueryRow]:
        """All queries so far with what they were answered."""
        rows = self.db.execute(
            "SELECT cycle, rank, queries.item, id, score, prediction, probability FROM queries "
            "JOIN items ON items.item = queries.item ORDER BY cycle, rank"
        )
        answers, classes = self.labels.answers(), self.classes
        labels: dict[int, str | None] = {}
        for item in answers.items():
            decision = answers.decision(item)
            labels[item] = decision.outcome if decision.label is None else classes[decision.label]
        return [
            QueryRow(cycle, rank, item, name, score, prediction, probability, labels.get(item))
            for cycle, rank, item, name, score, prediction, probability in rows
        ]

    def add_known_labels(self, answers: Iterable[tuple[int, int]]) -> None:
        """Record the labels that a pool came with as answered before the first query."""
        with self.transaction():
            self._record("pool labels", 0, answers)

    def add_labels(
        self, cycle: int, answers: Iterable[tuple[int, int]], annotator: str, seconds: float
    ) -> None:
        """Record a table's answers to a query and finish the phase ``label``.

        Args:
            answers: (item, class position) pairs.
            annotator: who answered.
            seconds: what the whole query took.
        """
        with self.transaction():
            self._record(annotator, cycle, answers)
            self.finish_phase(cycle, "label", seconds)

    def _record(self, annotator: str, cycle: int, answers: Iterable[tuple[int, int]]) -> None:
        junk = self.labels.classes.junk()
        for item, label in answers:
            outcome = Outcome.JUNK if label == junk else Outcome.CLASS
            position = None if label == junk else int(label)
            self.labels.record(int(item), outcome, position, annotator, cycle=cycle)

    def add_training(
        self, cycle: int, metrics: dict[str, float], positions: Sequence[int], seconds: float
    ) -> None:
        """Record what a training says of itself, and of which of the journal's ``outputs`` each
        output of the model is; finish ``train``.
        """
        outputs = [(cycle, place, position) for place, position in enumerate(positions)]
        with self.transaction():
            self.insert_metrics(cycle, metrics)
            self.db.executemany("INSERT INTO trained_classes VALUES (?, ?, ?)", outputs)
            self.finish_phase(cycle, "train", seconds)

    def trained_positions(self, cycle: int) -> npt.NDArray[np.int64]:
        """Position in ``outputs`` of each output of the model of ``cycle``."""
        rows = self.db.execute(
            "SELECT position FROM trained_classes WHERE cycle = ? ORDER BY place", (cycle,)
        )
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def insert_metrics(self, cycle: int, metrics: dict[str, float]) -> None:
        rows = [(cycle, name, value) for name, value in metrics.items()]
        self.db.executemany("INSERT INTO metrics VALUES (?, ?, ?)", rows)

    def add_evaluation(
        self,
        cycle: int,
        metrics: dict[str, float],
        confusion: npt.NDArray[np.int64] | None,
        seconds: float,
    ) -> None:
        """Record metrics and the confusion matrix by place in ``outputs``; finish ``evaluate``."""
        with self.transaction():
            self.insert_metrics(cycle, metrics)
            if confusion is not None:
                cells = [
                    (cycle, int(t), int(p), int(confusion[t, p]))
                    for t, p in zip(*np.nonzero(confusion), strict=True)
                ]
                self.db.executemany("INSERT INTO confusion VALUES (?, ?, ?, ?)", cells)
            self.finish_phase(cycle, "evaluate", seconds)

    def metrics(self) -> dict[int, dict[str, float]]:
        """Metrics by cycle."""
        table: dict[int, dict[str, float]] = {}
        for cycle, name, value in self.db.execute(
            "SELECT cycle, name, value FROM metrics ORDER BY cycle, rowid"
        ):
            table.setdefault(cycle, {})[name] = np.nan if value is None else value
        return table

    def confusion(self, cycle: int) -> npt.NDArray[np.int64]:
        """Confusion matrix (true, predicted) of test items, or their pixels, after ``cycle``."""
        count = len(self.outputs)
        matrix = np.zeros((count, count), dtype=np.int64)
        for true, predicted, number in self.db.execute(
            "SELECT true, predicted, count FROM confusion WHERE cycle = ?", (cycle,)
        ):
            matrix[true, predicted] = number
        return matrix
