"""The fold of label events: what stands, what is decided, what undo takes back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.runs.answers import Answers, Decision, Event, Kind, Outcome, redoable, undoable

CLASS, JUNK, UNDECIDED, SKIP = Outcome


def event(
    number: int,
    item: int,
    outcome: Outcome = CLASS,
    label: int | None = None,
    annotator: str = "ann",
    kind: Kind = Kind.ANSWER,
    replaces: int | None = None,
) -> Event:
    label = 0 if outcome is CLASS and label is None else label
    return Event(
        number, str(number), item, kind, outcome, label, annotator, "", 0.0, 1.0, 0, None, None,
        None, replaces,
    )  # fmt: skip


def fold(*events: Event, roots: dict[int, int] | None = None) -> Answers:
    answers = Answers(roots)
    for one in events:
        answers.apply(one)
    return answers


def test_nothing_is_decided_before_an_answer() -> None:
    assert fold().decision(3) == Decision("open")
    assert fold(event(1, 3, SKIP)).decision(3).state == "open"


def test_the_last_answer_of_a_person_counts() -> None:
    answers = fold(event(1, 3, label=1), event(2, 3, label=2))
    assert answers.decision(3) == Decision("decided", CLASS, 2, ("ann",))
    assert fold(event(1, 3, label=1), event(2, 3, JUNK)).decision(3).outcome is JUNK


def test_people_who_agree_decide_and_people_who_do_not_conflict() -> None:
    first, same = event(1, 3, label=1), event(2, 3, label=1, annotator="bob")
    assert fold(first, same).decision(3) == Decision("decided", CLASS, 1, ("ann", "bob"))
    other = event(2, 3, JUNK, annotator="bob")
    assert fold(first, other).decision(3) == Decision("conflict", annotators=("ann", "bob"))


def test_a_review_overrides_what_was_said_before_it() -> None:
    events = [event(1, 3, label=1), event(2, 3, JUNK, annotator="bob")]
    review = event(3, 3, label=2, annotator="eve", kind=Kind.REVIEW)
    assert fold(*events, review).decision(3).label == 2
    undo = replace(review, event=4, kind=Kind.UNDO, replaces=3)
    assert fold(*events, review, undo).decision(3).state == "conflict"


def test_nobody_could_decide() -> None:
    once = event(1, 3, UNDECIDED)
    assert fold(once).decision(3).state == "open"
    assert fold(once, event(2, 3, UNDECIDED)).decision(3).state == "undecided"
    assert fold(once, event(2, 3, UNDECIDED, annotator="bob")).decision(3).state == "undecided"
    assert fold(once, event(2, 3, label=1, annotator="bob")).decision(3).state == "decided"


def test_merged_classes_count_as_one() -> None:
    events = event(1, 3, label=1), event(2, 3, label=2, annotator="bob")
    assert fold(*events, roots={2: 0, 0: 1}).decision(3) == Decision(
        "decided", CLASS, 1, ("ann", "bob")
    )


def test_an_event_seen_before_changes_nothing() -> None:
    answers = fold(event(1, 3, label=1), event(2, 3, label=2))
    answers.apply(event(1, 3, label=1))
    assert answers.decision(3).label == 2


@settings(deadline=None)
@given(st.lists(st.sampled_from(["answer", "undo", "redo"]), max_size=30), st.randoms())
def test_undo_and_redo_are_those_of_an_editor(steps: list[str], random: pytest.Item) -> None:
    """Against the obvious model: a list of states and a place in it."""
    answers, done, number = Answers(), list[Event](), 0
    states: list[dict[int, int]] = [{}]
    at = 0
    for step in steps:
        number += 1
        if step == "answer":
            item, label = random.randrange(3), random.randrange(4)
            new = event(number, item, label=label)
            states = [*states[: at + 1], {**states[at], item: label}]
            at += 1
        else:
            kind = Kind.UNDO if step == "undo" else Kind.REDO
            target = undoable(reversed(done)) if step == "undo" else redoable(reversed(done))
            assert (target is None) == (at == 0 if step == "undo" else at == len(states) - 1)
            if target is None:
                continue
            replaces = target.event if step == "undo" else target.replaces
            new = replace(target, event=number, kind=kind, replaces=replaces)
            at += -1 if step == "undo" else 1
        answers.apply(new)
        done.append(new)
        now = {item: answers.decision(item).label for item in range(3)}
        assert {k: v for k, v in now.items() if v is not None} == states[at]
