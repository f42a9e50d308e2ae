"""The journal: whole transactions, the last event counts, foreign files are refused."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from cryoal.errors import CryoalError
from cryoal.runs.journal import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "run.sqlite")
    journal.create(
        {"items": "abc"}, ["x", "y"], ["i0", "i1", "i2", "i3"], None, ["train"] * 3 + ["test"]
    )
    return journal


def test_what_was_created_is_read_back(journal: Journal) -> None:
    again = Journal(journal.path)
    assert again.meta("items") == "abc"
    assert again.meta("nothing") is None
    assert again.classes == ["x", "y"]
    assert again.split("train").tolist() == [0, 1, 2]
    assert again.split("validation").tolist() == []


def test_a_journal_is_filled_once(journal: Journal) -> None:
    with pytest.raises(CryoalError, match="another process began this run"):
        journal.create({}, ["z"], ["other"], None, ["train"])
    assert journal.classes == ["x", "y"]


def test_queries_keep_their_order_and_get_their_labels(journal: Journal) -> None:
    journal.add_query(0, np.array([2, 0]), None, {"query": 0.1})
    journal.add_labels(0, [(2, 1), (0, 0)], "me", 0.2)
    journal.add_query(1, np.array([1]), np.array([0.5]), {"score": 0.3, "query": 0.1})
    assert journal.query(0).tolist() == [2, 0]
    assert journal.queried().tolist() == [0, 1, 2]
    rows = [(r.cycle, r.rank, r.id, r.score, r.label) for r in journal.query_rows()]
    assert rows == [(0, 0, "i2", None, "y"), (0, 1, "i0", None, "x"), (1, 0, "i1", 0.5, None)]
    assert set(journal.phase_seconds()) == {(0, "query"), (0, "label"), (1, "score"), (1, "query")}


def test_the_last_event_of_an_item_counts(journal: Journal) -> None:
    journal.add_labels(0, [(2, 1), (0, 0)], "me", 0.0)
    journal.add_labels(1, [(2, 0)], "you", 0.0)
    items, labels = journal.labelled()
    assert items.tolist() == [0, 2]
    assert labels.tolist() == [0, 0]
    assert journal.db.execute("SELECT count(*) FROM events").fetchone() == (3,)


def test_a_failing_transaction_leaves_nothing(journal: Journal) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        journal.add_labels(0, [(1, 0), (99, 0)], "me", 0.0)
    assert journal.labelled()[0].tolist() == []
    assert journal.phase_seconds() == {}


def test_evaluation_round_trip(journal: Journal) -> None:
    matrix = np.array([[3, 1], [0, 2]])
    journal.add_training(1, {"labelled": 2.0}, 1.0)
    journal.add_evaluation(1, {"accuracy": 0.5}, matrix, 2.0)
    assert journal.metrics() == {1: {"labelled": 2.0, "accuracy": 0.5}}
    assert np.array_equal(journal.confusion(1), matrix)
    assert journal.confusion(2).sum() == 0


def test_foreign_and_newer_files_are_refused(tmp_path: Path, journal: Journal) -> None:
    (tmp_path / "text.sqlite").write_text("not a database, whatever its name says" * 50)
    with pytest.raises(CryoalError, match=r"text\.sqlite: not a run's journal"):
        Journal(tmp_path / "text.sqlite")
    with journal.db:
        journal.db.execute("UPDATE meta SET value = '99' WHERE key = 'version'")
    with pytest.raises(CryoalError, match="newer cryoal"):
        Journal(journal.path)
