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
    journal.add_query(0, np.array([2, 0]), {"query": 0.1})
    journal.add_labels(0, [(2, 1), (0, 0)], "me", 0.2)
    journal.add_query(
        1,
        np.array([1]),
        {"score": 0.3, "query": 0.1},
        scores=np.array([0.5]),
        predictions=np.array([1]),
        probabilities=np.array([0.7]),
    )
    assert journal.query(0).tolist() == [2, 0]
    rows = [(r.cycle, r.rank, r.id, r.score, r.prediction, r.label) for r in journal.query_rows()]
    assert rows == [
        (0, 0, "i2", None, None, "y"),
        (0, 1, "i0", None, None, "x"),
        (1, 0, "i1", 0.5, 1, None),
    ]
    assert set(journal.phase_seconds()) == {(0, "query"), (0, "label"), (1, "score"), (1, "query")}


def test_a_query_grows_behind_what_it_had(journal: Journal) -> None:
    journal.add_query(0, np.array([2]), {"query": 0.1})
    journal.add_query(0, np.array([0, 1]), {})
    assert journal.query(0).tolist() == [2, 0, 1]


def test_phases_remember_the_labels_of_their_time(journal: Journal) -> None:
    journal.add_labels(0, [(2, 1), (0, 0)], "me", 0.0)
    journal.add_labels(1, [(1, 0)], "me", 0.0)
    first = journal.last_event_of(0, "label")
    assert journal.labels.answers(first).items() == [0, 2]
    assert journal.labels.answers().items() == [0, 1, 2]


def test_a_failing_transaction_leaves_nothing(journal: Journal) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        journal.add_labels(0, [(1, 0), (99, 0)], "me", 0.0)
    assert journal.labels.events() == []
    assert journal.phase_seconds() == {}


def test_evaluation_round_trip(journal: Journal) -> None:
    matrix = np.array([[3, 1], [0, 2]])
    journal.add_training(1, {"labelled": 2.0}, [0, 1], 1.0)
    journal.add_evaluation(1, {"accuracy": 0.5}, matrix, 2.0)
    assert journal.metrics() == {1: {"labelled": 2.0, "accuracy": 0.5}}
    assert np.array_equal(journal.confusion(1), matrix)
    assert journal.trained_positions(1).tolist() == [0, 1]
    assert journal.confusion(2).sum() == 0


def test_foreign_and_newer_files_are_refused(tmp_path: Path, journal: Journal) -> None:
    (tmp_path / "text.sqlite").write_text("not a database, whatever its name says" * 50)
    with pytest.raises(CryoalError, match=r"text\.sqlite: not written by cryoal"):
        Journal(tmp_path / "text.sqlite")
    journal.db.execute("PRAGMA user_version = 99")
    with pytest.raises(CryoalError, match="a newer cryoal"):
        Journal(journal.path)
    journal.db.execute("PRAGMA user_version = 1")
    with pytest.raises(CryoalError, match="an older cryoal"):
        Journal(journal.path)
