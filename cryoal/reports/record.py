"""What a report tells of a run, read from its journal once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryoal.pools import Pool
from cryoal.runs.folder import RunFolder
from cryoal.runs.journal import QueryRow
from cryoal.runs.settings import RunSettings
from cryoal.runs.tables import metrics_rows
from cryoal.task import Task

MetricsRow = dict[str, float | int | None]


@dataclass(frozen=True)
class RunRecord:
    """A run, finished or not.

    Attributes:
        path: its folder, as the user named it.
        settings: its settings.
        task: what the models say.
        classes: class names in the order of the labels.
        outputs: names of what models tell apart: the classes, or those of pixels.
        rows: one row a trained cycle, see ``cryoal.runs.tables.metrics_rows``.
        confusions: (outputs, outputs) counts of test items or their pixels, rows true, by
            evaluated cycle; empty without test items.
        queries: queried items by cycle, best first; cycle 0 is the random initial set.
        seconds: duration of each finished (cycle, phase).
        test_items: number of items held out for testing.
        train_items: number of items that may be queried.
        train_labels: (train_items,) class positions, or None where not all of them are known.
    """

    path: Path
    settings: RunSettings
    task: Task
    classes: list[str]
    outputs: list[str]
    rows: list[MetricsRow]
    confusions: dict[int, npt.NDArray[np.int64]]
    queries: dict[int, list[QueryRow]]
    seconds: dict[tuple[int, str], float]
    test_items: int
    train_items: int
    train_labels: npt.NDArray[np.int64] | None

    @property
    def evaluated(self) -> list[MetricsRow]:
        """Rows of the cycles whose model was evaluated on test items."""
        return [row for row in self.rows if row["accuracy"] is not None]

    @property
    def is_finished(self) -> bool:
        """Whether the last cycle that the settings ask for is trained and evaluated."""
        return (self.settings.cycles, "evaluate") in self.seconds

    def query_labels(self, cycle: int) -> npt.NDArray[np.int64]:
        """Class positions of the items of a query that were given a class."""
        position = {name: at for at, name in enumerate(self.classes)}
        labels = [position[row.label] for row in self.queries[cycle] if row.label in position]
        return np.array(labels, dtype=np.int64)


def read_record(folder: RunFolder, pool: Pool | None) -> RunRecord:
    """The record of a run; a ``pool`` adds the labels of the items that were never queried."""
    journal = folder.journal
    rows = metrics_rows(folder)
    queries: dict[int, list[QueryRow]] = {}
    for query in journal.query_rows():
        queries.setdefault(query.cycle, []).append(query)
    tested = [int(row["cycle"] or 0) for row in rows if row["accuracy"] is not None]
    train = journal.split("train")
    return RunRecord(
        path=folder.path,
        settings=folder.settings,
        task=journal.task,
        classes=journal.classes,
        outputs=journal.outputs,
        rows=rows,
        confusions={cycle: journal.confusion(cycle) for cycle in tested},
        queries=queries,
        seconds=journal.phase_seconds(),
        test_items=len(journal.split("test")),
        train_items=len(train),
        train_labels=known_labels(train, pool),
    )


def known_labels(items: npt.NDArray[np.int64], pool: Pool | None) -> npt.NDArray[np.int64] | None:
    """Labels of ``items`` where the pool is there and knows every one of them."""
    if pool is None or len(items) == 0 or items[-1] >= len(pool):
        return None
    labels = pool.labels[items]
    return None if (labels < 0).any() else labels
