"""Label events, classes and claims in one file."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from cryoal.errors import CryoalError
from cryoal.runs.answers import Kind, Outcome
from cryoal.runs.journal import Journal
from cryoal.runs.label_store import LabelStore


@pytest.fixture
def store(tmp_path: Path) -> LabelStore:
    return make_store(tmp_path / "run.sqlite")


def make_store(path: Path) -> LabelStore:
    journal = Journal(path)
    ids = [f"i{number}" for number in range(6)]
    journal.create({}, ["x", "y", "junk"], ids, None, ["train"] * 6)
    return journal.labels


def test_an_event_keeps_all_that_was_known(store: LabelStore) -> None:
    store.record(2, Outcome.SKIP, None, "ann")
    made = store.record(
        2, Outcome.CLASS, 1, "ann", seconds=2.5, cycle=3, score=0.5, prediction=0, probability=0.9
    )
    assert store.events(after=1) == [made]
    assert (made.item, made.label, made.seconds, made.cycle) == (2, 1, 2.5, 3)
    assert (made.score, made.prediction, made.probability) == (0.5, 0, 0.9)
    assert made.replaces == 1
    assert abs(made.created_at - time.time()) < 60


def test_undo_and_redo_walk_through_the_history_after_a_restart(store: LabelStore) -> None:
    store.record(2, Outcome.CLASS, 1, "ann")
    store.record(3, Outcome.JUNK, None, "ann")
    again = LabelStore(Journal(store.database.path))
    undone = [again.undo("ann"), again.undo("ann"), again.undo("ann")]
    assert [event and event.item for event in undone] == [3, 2, None]
    assert again.answers().decision(2).state == "open"
    assert again.redo("ann") is not None
    assert again.answers().decision(2).label == 1
    assert len(again.events()) == 5
    assert [event.kind for event in again.events()[2:]] == [Kind.UNDO, Kind.UNDO, Kind.REDO]


def test_a_label_names_an_active_class(store: LabelStore) -> None:
    for label in (None, 7, 2):
        with pytest.raises(CryoalError, match="not there any more"):
            store.record(2, Outcome.CLASS, label, "ann")
    assert store.events() == []


def test_one_item_goes_to_one_person(store: LabelStore) -> None:
    assert store.claim(2, "ann")
    assert store.claim(2, "ann")
    assert not store.claim(2, "bob")
    assert store.claims() == {2: ["ann"]}
    store.release(2, "ann")
    assert store.claim(2, "bob")


def test_an_answer_ends_the_claim_and_keeps_others_away(store: LabelStore) -> None:
    store.claim(2, "ann")
    store.record(2, Outcome.CLASS, 0, "ann")
    assert store.claims() == {}
    assert not store.claim(2, "bob")
    assert store.claim(2, "bob", wanted=2)
    assert not store.claim(2, "eve", wanted=2)


def test_who_cannot_decide_leaves_the_item_to_the_next(store: LabelStore) -> None:
    store.claim(2, "ann")
    store.record(2, Outcome.UNDECIDED, None, "ann")
    assert store.claim(2, "bob")


def test_a_claim_for_a_bundle_outlasts_a_look(store: LabelStore) -> None:
    store.claim(2, "ann", seconds=14 * 86400)
    store.claim(2, "ann")
    store.leave(2, "ann")
    assert store.claims() == {2: ["ann"]}
    store.claim(3, "ann")
    store.leave(3, "ann")
    assert store.claims() == {2: ["ann"]}
    store.record(2, Outcome.JUNK, None, "ann")
    assert store.claims() == {}


def test_a_claim_runs_out(store: LabelStore) -> None:
    assert store.claim(2, "ann", seconds=0.0)
    assert store.claims() == {}
    assert store.claim(2, "bob")


def test_a_new_class_has_the_next_position(store: LabelStore) -> None:
    made = store.classes.add(" ribosome ", "ann")
    assert (made.position, made.name) == (3, "ribosome")
    assert [one.name for one in store.classes.active()] == ["x", "y", "ribosome"]
    assert store.classes.junk() == 2


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "x",
        "X",
        "junk",
        "Skip",
        "cannot_decide",
        "cannot  decide",
        "a\x00b",
        "line\nbreak",
        "x" * 81,
    ],
)
def test_bad_class_names_are_refused(store: LabelStore, name: str) -> None:
    with pytest.raises(CryoalError):
        store.classes.add(name, "ann")
    with pytest.raises(CryoalError):
        store.classes.rename(1, name, "ann")
    assert len(store.classes.all()) == 3


def test_merged_labels_count_as_the_other_class(store: LabelStore) -> None:
    store.record(2, Outcome.CLASS, 0, "ann")
    store.classes.merge(0, 1, "ann")
    assert store.answers().decision(2).label == 1
    assert store.events()[0].label == 0
    with pytest.raises(CryoalError, match="not there any more"):
        store.classes.merge(1, 0, "ann")
    with pytest.raises(CryoalError, match="into itself"):
        store.classes.merge(1, 1, "ann")


def test_a_class_that_items_carry_stays(store: LabelStore) -> None:
    store.record(2, Outcome.CLASS, 0, "ann")
    with pytest.raises(CryoalError, match="1 answer names the class 'x'; merge it"):
        store.remove_class(0, "ann")
    store.undo("ann")
    store.remove_class(0, "ann")
    assert [one.name for one in store.classes.active()] == ["y"]
    assert store.classes.add("x", "ann").position == 0


def test_a_shortcut_belongs_to_one_class(store: LabelStore) -> None:
    store.classes.set_shortcut(0, "q", "ann")
    store.classes.set_shortcut(1, "q", "bob")
    store.classes.set_colour(1, "#ff0000", "ann")
    assert [one.shortcut for one in store.classes.all()] == ["2", "Q", None]
    assert store.classes.all()[1].colour == "#ff0000"
    changes = store.db.execute("SELECT what, new, annotator FROM class_changes").fetchall()
    assert changes == [
        ("shortcut", "Q", "ann"),
        ("shortcut", "2", "bob"),
        ("shortcut", "Q", "bob"),
        ("colour", "#ff0000", "ann"),
    ]


def test_events_of_another_store_come_in_once(store: LabelStore, tmp_path: Path) -> None:
    other = make_store(tmp_path / "other.sqlite")
    store.record(5, Outcome.JUNK, None, "bob")
    other.record(2, Outcome.CLASS, 1, "ann")
    other.undo("ann")
    assert store.copy_in(other.events(), seen=1) == 2
    assert store.copy_in(other.events(), seen=1) == 0
    assert store.answers().decision(2).state == "open"
    other.redo("ann")
    assert store.copy_in(other.events(), seen=1) == 1
    assert store.answers().decision(2).label == 1


def test_a_file_that_may_not_be_written_is_read(
    store: LabelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.record(2, Outcome.CLASS, 1, "ann")
    monkeypatch.setattr("cryoal.runs.database.os.access", lambda *_: False)
    journal = Journal(store.database.path)
    assert not journal.writable
    assert journal.labels.answers().decision(2).label == 1
    with pytest.raises(CryoalError, match="read-only"):
        journal.labels.record(3, Outcome.JUNK, None, "ann")
    journal.close()
    assert json.dumps(len(store.events())) == "1"
