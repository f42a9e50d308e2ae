"""Reviews made elsewhere override what their author could know of, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cryoal.runs.answers import Answers, Event, Kind, Outcome
from cryoal.runs.journal import Journal
from cryoal.runs.label_store import LabelStore


@pytest.fixture
def store(tmp_path: Path) -> LabelStore:
    journal = Journal(tmp_path / "run.sqlite")
    journal.create({}, ["x", "y", "z"], ["i0", "i1"], None, ["train"] * 2)
    return journal.labels


def merged(uid: str, label: int, kind: Kind, origin: str) -> Event:
    return Event(
        1, uid, 0, kind, Outcome.CLASS, label, origin, origin, 0.0, None, 0, None, None, None, None
    )


def test_a_run_knows_itself(store: LabelStore, tmp_path: Path) -> None:
    other = Journal(tmp_path / "other.sqlite")
    other.create({}, [], ["i0"], None, ["train"])
    run = Journal(tmp_path / "run.sqlite")
    assert len(run.uid) == 32
    assert run.uid == Journal(store.database.path).uid != other.uid


def test_a_review_overrides_what_it_saw(store: LabelStore) -> None:
    seen = store.record(0, Outcome.CLASS, 0, "ann").event
    store.copy_in([merged("r", 1, Kind.REVIEW, "b1")], seen)
    assert store.answers().decision(0).label == 1


def test_a_review_does_not_override_what_came_after_the_bundle(store: LabelStore) -> None:
    seen = store.record(0, Outcome.CLASS, 0, "ann").event
    store.record(0, Outcome.CLASS, 2, "bob")
    store.copy_in([merged("r", 1, Kind.REVIEW, "b1")], seen)
    assert store.answers().decision(0).state == "conflict"
    store.record(0, Outcome.CLASS, 2, "eve", kind=Kind.REVIEW)
    assert store.answers().decision(0).label == 2


@pytest.mark.parametrize("kinds", [(Kind.REVIEW, Kind.REVIEW), (Kind.REVIEW, Kind.ANSWER)])
@pytest.mark.parametrize("second_label", [1, 2])
def test_the_order_of_merging_does_not_matter(
    store: LabelStore, tmp_path: Path, kinds: tuple[Kind, Kind], second_label: int
) -> None:
    other = Journal(tmp_path / "other.sqlite")
    other.create({}, ["x", "y", "z"], ["i0", "i1"], None, ["train"] * 2)
    one, two = merged("a", 1, kinds[0], "b1"), merged("b", second_label, kinds[1], "b2")
    seen = store.record(0, Outcome.CLASS, 0, "ann").event
    other.labels.begin_with(store.events())
    for target, order in ((store, (one, two)), (other.labels, (two, one))):
        for event in order:
            target.copy_in([event], seen)
    decision = store.answers().decision(0)
    assert decision == other.labels.answers().decision(0)
    assert decision.state == ("decided" if second_label == 1 else "conflict")


def test_a_store_begun_with_events_keeps_their_numbers(store: LabelStore, tmp_path: Path) -> None:
    store.record(0, Outcome.SKIP, None, "ann")
    store.record(1, Outcome.CLASS, 0, "ann")
    store.record(1, Outcome.CLASS, 1, "ann")
    other = Journal(tmp_path / "other.sqlite")
    other.create({}, ["x", "y", "z"], ["i0", "i1"], None, ["train"] * 2)
    kept = [event for event in store.events() if event.item == 1]
    other.labels.begin_with(kept)
    assert other.labels.events() == kept
    assert other.labels.record(0, Outcome.JUNK, None, "bob").event == 4


def test_a_redo_elsewhere_stands_here() -> None:
    answers = Answers()
    answer = merged("a", 1, Kind.ANSWER, "b1")
    answers.apply(answer)
    answers.apply(replace(answer, event=2, uid="u", kind=Kind.UNDO, replaces=1))
    answers.apply(replace(answer, event=3, uid="b"))
    answers.apply(replace(answer, event=4, uid="v", kind=Kind.REDO, replaces=1))
    assert [event.uid for event in answers.live(0)] == ["a", "b"]
