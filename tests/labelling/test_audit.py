"""Doubtful labels of a run: found, written, and forgotten once they are reviewed."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from human_runs import waiting_query

from cryoal.errors import CryoalError
from cryoal.labelling.audit import FOLDS, audit_labels
from cryoal.labelling.opening import open_session
from cryoal.labelling.suspects import load_suspects
from cryoal.pools import SubtomogramPool
from cryoal.runs import RunFolder
from cryoal.runs.answers import Kind, Outcome
from cryoal.runs.out_of_fold import load_out_of_fold

CLASS, JUNK = Outcome.CLASS, Outcome.JUNK


@pytest.fixture
def folder(run: Path) -> RunFolder:
    return RunFolder.open(run)


def certain(labels: list[int], wrong: dict[int, int], classes: int) -> np.ndarray:
    """Probabilities that agree with the labels but for those at the rows in ``wrong``."""
    said = np.array([wrong.get(row, label) for row, label in enumerate(labels)])
    return np.where(np.arange(classes) == said[:, None], 0.9, 0.1 / (classes - 1))


def test_a_real_audit_judges_every_label(folder: RunFolder, blob_pool: SubtomogramPool) -> None:
    store = folder.journal.labels
    items = folder.journal.split("train")[:12].tolist()
    for number, item in enumerate(items):
        store.record(item, *((JUNK, None) if number % 3 == 0 else (CLASS, number % 3)), "ann")
    steps = []
    found = audit_labels(folder, blob_pool, "cpu", lambda done, total: steps.append((done, total)))
    assert found.accuracy is not None
    assert (found.labels, found.accuracy.items) == (12, 12)
    assert steps[-1][0] == steps[-1][1]
    saved = load_out_of_fold(folder)
    assert saved is not None
    assert saved.last_event == 12
    assert saved.items.tolist() == items
    assert saved.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert folder.journal.classes[saved.positions[saved.labels[0]]] == "junk"
    assert list(load_suspects(folder)) == [one.item for one in found.doubtful]
    again = audit_labels(folder, blob_pool, "cpu")
    assert again == found


def test_doubtful_labels_are_written_and_go_when_they_are_reviewed(
    folder: RunFolder, blob_pool: SubtomogramPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = folder.journal.labels
    store.classes.add("unused", "ann")
    items = folder.journal.split("train")[:12].tolist()
    labels = [number % 3 for number in range(12)]
    for item, label in zip(items, labels, strict=True):
        store.record(item, CLASS, label, "ann")

    def out_of_fold(*arguments: Any) -> np.ndarray:
        _, _, indices, given, _, folds, *_ = arguments
        assert (indices.tolist(), given.tolist(), folds) == (items, labels, FOLDS)
        return certain(labels, {4: 2, 6: 1}, classes=5)

    monkeypatch.setattr("cryoal.labelling.audit.out_of_fold", out_of_fold)
    found = audit_labels(folder, blob_pool, "cpu")
    assert {one.item: (one.label, one.suggested) for one in found.doubtful} == {
        items[4]: ("class1", "class2"),
        items[6]: ("class0", "class1"),
    }
    assert found.accuracy is not None
    assert found.accuracy.value == pytest.approx(10 / 12)
    with found.table.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [one.id for one in found.doubtful]
    assert rows[0]["confident"] == "yes"
    assert float(rows[0]["suggested_probability"]) == 0.9
    assert set(load_suspects(folder)) == {items[4], items[6]}
    session = open_session(folder.path, "eve")
    session.sort("doubt", descending=True)
    listed = session.entries()
    assert [entry.item for entry in listed[:2]] == list(load_suspects(folder))
    assert [entry.doubt is None for entry in listed[:3]] == [False, False, True]
    session.close()
    store.record(items[4], CLASS, 2, "eve", kind=Kind.REVIEW)
    store.record(items[6], CLASS, 0, "eve", kind=Kind.REVIEW)
    assert set(load_suspects(folder)) == {items[6]}


def test_too_few_labels_and_another_pool_are_refused(
    folder: RunFolder, blob_pool: SubtomogramPool
) -> None:
    assert load_suspects(folder) == {}
    folder.journal.labels.record(waiting_query(folder).items[0], CLASS, 0, "ann")
    with pytest.raises(CryoalError, match="fewer than two classes"):
        audit_labels(folder, blob_pool, "cpu")
    folder.journal.db.execute("UPDATE meta SET value = 'other' WHERE key = 'items'")
    with pytest.raises(CryoalError, match="changed since the run began"):
        audit_labels(folder, blob_pool, "cpu")
    assert not (folder.path / "audit").exists()
