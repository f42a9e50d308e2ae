"""What the processes of the store's stress test do."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.labelling.session import LabelSession
from cryoal.labelling.source import LabelSource
from cryoal.learning.devices import make_fabric
from cryoal.learning.preparation import Preparation
from cryoal.learning.recipe import Recipe
from cryoal.learning.train import train
from cryoal.pools import open_subtomograms
from cryoal.runs.answers import Outcome
from cryoal.runs.journal import Journal
from cryoal.runs.open_query import OpenQuery, open_query
from models3d import build

OVERLAP = "10%"
CLASSES = 3
EVENTS_AN_ITEM = 4


class JournalSource(LabelSource):
    """A journal alone, without a pool."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = Journal(path)
        self.labels = self.database.labels
        self._query = open_query(self.database, OVERLAP, 0)

    def query(self) -> OpenQuery | None:
        return self._query

    def read(self, item: int) -> npt.NDArray[np.float32]:
        raise CryoalError(f"{self.path}: a journal alone has no voxels of item {item}")

    def embeddings(self) -> None:
        return None

    def close(self) -> None:
        self.database.close()


def label_items(path: Path, log: Path, annotator: str, events: int) -> None:
    """Answer each item handed out, several times over, until ``events`` are acknowledged.

    The log has a line for each item that was handed out and for each acknowledged event, written
    past all buffers, so that a kill loses none; a process begun again counts on from it.
    """
    lines = log.read_text().split("\n") if log.exists() else []
    acknowledged = sum(line.startswith("event") for line in lines)
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    session = LabelSession(JournalSource(path), annotator)
    entry = session.next()
    while acknowledged < events and entry is not None:
        os.write(file, f"item {entry.item}\n".encode())
        following = session.answer(Outcome.CLASS, entry.item % CLASSES)
        acknowledge(file, session, entry.item)
        for _ in range(EVENTS_AN_ITEM - 1):
            session.record(entry.item, Outcome.CLASS, entry.item % CLASSES)
            acknowledge(file, session, entry.item)
        acknowledged += EVENTS_AN_ITEM
        entry = following
    session.close()


def acknowledge(file: int, session: LabelSession, item: int) -> None:
    said = session.entry(item).mine
    assert said is not None
    os.write(file, f"event {said.uid}\n".encode())


def train_and_read(path: Path, data: Path, log: Path, stop: Path) -> None:
    """Train over and over and read all labels between; logs how many events there were."""
    pool = open_subtomograms(data)
    items = np.arange(len(pool), dtype=np.int64)
    journal = Journal(path)
    while not stop.exists():
        model = build("compact", 1, CLASSES, pool.item_shape[1])
        recipe = Recipe(min_steps=2, min_epochs=1, batch_size=4, views=2)
        preparation = Preparation(pool, recipe)
        fabric = make_fabric("cpu", recipe.precision)
        train(model, preparation, items, pool.labels, fabric, 0, lambda *_: None)
        answers = journal.labels.answers()
        assert all(answers.decision(item).state == "decided" for item in answers.items())
        with log.open("a") as file:
            file.write(f"{len(journal.labels.events())}\n")
