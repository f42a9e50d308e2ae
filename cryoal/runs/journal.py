"""``run.sqlite``: the one place of truth of a run."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError

VERSION = 1

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS classes (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS items (
    item INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, group_name TEXT, split TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS queries (
    cycle INTEGER NOT NULL, rank INTEGER NOT NULL, item INTEGER NOT NULL REFERENCES items(item),
    score REAL, PRIMARY KEY (cycle, rank));
CREATE TABLE IF NOT EXISTS events (
    event INTEGER PRIMARY KEY AUTOINCREMENT, item INTEGER NOT NULL REFERENCES items(item),
    outcome TEXT NOT NULL, class INTEGER REFERENCES classes(position), annotator TEXT NOT NULL,
    created_at REAL NOT NULL, seconds REAL, cycle INTEGER NOT NULL, score REAL);
CREATE TABLE IF NOT EXISTS metrics (
    cycle INTEGER NOT NULL, name TEXT NOT NULL, value REAL, PRIMARY KEY (cycle, name));
CREATE TABLE IF NOT EXISTS confusion (
    cycle INTEGER NOT NULL, true INTEGER NOT NULL, predicted INTEGER NOT NULL,
    count INTEGER NOT NULL, PRIMARY KEY (cycle, true, predicted));
CREATE TABLE IF NOT EXISTS phases (
    cycle INTEGER NOT NULL, phase TEXT NOT NULL, seconds REAL NOT NULL,
    PRIMARY KEY (cycle, phase));
"""


@dataclass(frozen=True)
class QueryRow:
    """One queried item; cycle 0 is the random initial set.

    Attributes:
        cycle, rank: when and in which place (0 = first) it was asked for.
        item: position in the pool.
        id: name of the item.
        score: the scheme's score, None where it gives none.
        label: class name, None while unanswered.
    """

    cycle: int
    rank: int
    item: int
    id: str
    score: float | None
    label: str | None


class Journal:
    """Append-only record of a run, safe to read while another process writes.

    Every method that writes is one transaction: a process killed at any point leaves it as before
    or as after. Label events are never changed or removed; the last one of an item counts.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the journal at ``path``.

        Raises:
            CryoalError: not a journal, or one of a newer cryoal.
        """
        self.path = path
        try:
            self.db = sqlite3.connect(path, timeout=60)
            self.db.execute("PRAGMA journal_mode=WAL")
            self.db.execute("PRAGMA synchronous=FULL")
            self.db.execute("PRAGMA foreign_keys=ON")
            self.db.executescript(SCHEMA)
        except sqlite3.DatabaseError as error:
            raise CryoalError(f"{path}: not a run's journal, or not writable ({error})") from error
        version = self.meta("version")
        if version is not None and int(version) > VERSION:
            raise CryoalError(f"{path}: written by a newer cryoal (version {version}); update")

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside happen together or not at all.

        Raises:
            CryoalError: the disk is full or the journal cannot be written.
        """
        try:
            with self.db:
                yield
        except sqlite3.OperationalError as error:
            raise CryoalError(
                f"{self.path}: cannot be written ({error}); free some space or check the "
                "permissions, then continue with the same command"
            ) from error

    def meta(self, key: str) -> str | None:
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

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
        facts = {"version": str(VERSION), "created_at": str(time.time()), **meta}
        try:
            with self.transaction():
                self.db.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())
                self.db.executemany("INSERT INTO classes VALUES (?, ?)", enumerate(classes))
                rows = zip(range(len(ids)), ids, names, splits, strict=True)
                self.db.executemany("INSERT INTO items VALUES (?, ?, ?, ?)", rows)
        except sqlite3.IntegrityError as error:
            raise CryoalError(f"{self.path}: another process began this run already") from error

    @property
    def classes(self) -> list[str]:
        rows = self.db.execute("SELECT name FROM classes ORDER BY position")
        return [str(row[0]) for row in rows]

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
        self.db.execute("INSERT INTO phases VALUES (?, ?, ?)", (cycle, phase, seconds))

    def add_query(
        self,
        cycle: int,
        items: npt.NDArray[np.int64],
        scores: npt.NDArray[np.float64] | None,
        seconds: dict[str, float],
    ) -> None:
        """Record a whole query, best first, and finish the phases named in ``seconds``."""
        values = [None] * len(items) if scores is None else [float(value) for value in scores]
        rows = [
            (cycle, rank, int(item), value)
            for rank, (item, value) in enumerate(zip(items, values, strict=True))
        ]
        with self.transaction():
            self.db.executemany("INSERT INTO queries VALUES (?, ?, ?, ?)", rows)
            for phase, value in seconds.items():
                self.finish_phase(cycle, phase, value)

    def query(self, cycle: int) -> npt.NDArray[np.int64]:
        """Pool positions queried in ``cycle``, best first."""
        rows = self.db.execute("SELECT item FROM queries WHERE cycle = ? ORDER BY rank", (cycle,))
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def queried(self) -> npt.NDArray[np.int64]:
        """Pool positions of all items that any query named."""
        rows = self.db.execute("SELECT DISTINCT item FROM queries ORDER BY item")
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def query_rows(self) -> list[QueryRow]:
        """All queries so far with the labels that answer them."""
        rows = self.db.execute(
            """SELECT queries.cycle, rank, queries.item, id, queries.score, name FROM queries
            JOIN items ON items.item = queries.item
            LEFT JOIN events ON event = (SELECT max(event) FROM events AS last
                WHERE last.item = queries.item)
            LEFT JOIN classes ON position = class
            ORDER BY queries.cycle, rank"""
        )
        return [QueryRow(*row) for row in rows]

    def add_labels(
        self, cycle: int, answers: Iterable[tuple[int, int]], annotator: str, seconds: float
    ) -> None:
        """Record an oracle's answers to a query and finish the phase ``label``.

        Args:
            answers: (item, class position) pairs.
            annotator: who answered.
            seconds: what the whole query took.
        """
        now = time.time()
        rows = [(item, "class", label, annotator, now, cycle) for item, label in answers]
        with self.transaction():
            self.db.executemany(
                "INSERT INTO events (item, outcome, class, annotator, created_at, cycle) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )
            self.finish_phase(cycle, "label", seconds)

    def labelled(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Pool positions (n,), ascending, and classes (n,) of items whose last event is a class."""
        rows = self.db.execute(
            """SELECT item, class FROM events WHERE event IN
            (SELECT max(event) FROM events GROUP BY item) AND outcome = 'class' ORDER BY item"""
        ).fetchall()
        table = np.array(rows, dtype=np.int64).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    def add_training(self, cycle: int, metrics: dict[str, float], seconds: float) -> None:
        """Record what a training says of itself; finish ``train``."""
        with self.transaction():
            self.insert_metrics(cycle, metrics)
            self.finish_phase(cycle, "train", seconds)

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
        """Record metrics and the (classes, classes) confusion matrix; finish ``evaluate``."""
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
        """Confusion matrix (true, predicted) on the test items after the training of ``cycle``."""
        count = len(self.classes)
        matrix = np.zeros((count, count), dtype=np.int64)
        for true, predicted, number in self.db.execute(
            "SELECT true, predicted, count FROM confusion WHERE cycle = ?", (cycle,)
        ):
            matrix[true, predicted] = number
        return matrix
