"""What people said of items: the events they leave, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Outcome(StrEnum):
    """What one look at an item ended in."""

    CLASS = "class"
    JUNK = "junk"
    UNDECIDED = "undecided"
    SKIP = "skip"


FIRM = (Outcome.CLASS, Outcome.JUNK)

ANSWER_NAMES = {Outcome.JUNK: "junk", Outcome.UNDECIDED: "cannot decide", Outcome.SKIP: "skip"}
"""What people call the outcomes that are no class."""


class Kind(StrEnum):
    """What an event does.

    ``answer`` says something of an item; ``review`` does so against all that was said before;
    ``undo`` takes back the event that it names, ``redo`` brings that one back.
    """

    ANSWER = "answer"
    REVIEW = "review"
    UNDO = "undo"
    REDO = "redo"


_TOGGLES = (Kind.UNDO, Kind.REDO)


@dataclass(frozen=True)
class Event:
    """One row of the append-only record.

    Attributes:
        event: its place in the record, ascending.
        uid: the same wherever the event is copied to.
        item: position in the pool.
        kind: what it does.
        outcome: what was said; of ``undo`` and ``redo``, what the event in ``replaces`` said.
        label: class position where the outcome is a class.
        annotator: who.
        origin: ``""`` for the run itself, or the uid of the bundle that it was made in.
        created_at: seconds since 1970.
        seconds: how long the annotator looked, None where that is not known.
        cycle: of the query that was answered.
        score, prediction, probability: what the model of that cycle said: its scheme's score, its
            class position and that class's probability.
        replaces: the event of the same annotator that this one follows on the item; of ``undo``
            and ``redo``, the event taken back or brought back.
        seen: of a merged event, the last of this store's events that was known where it was made,
            other than those of its own origin; None where all events before it were.
    """

    event: int
    uid: str
    item: int
    kind: Kind
    outcome: Outcome
    label: int | None
    annotator: str
    origin: str
    created_at: float
    seconds: float | None
    cycle: int
    score: float | None
    prediction: int | None
    probability: float | None
    replaces: int | None
    seen: int | None = None

    def overrides(self, other: Event) -> bool:
        """Whether this is a review that was made with ``other`` in view.

        So it does not matter in which order bundles are merged.
        """
        if self.kind is not Kind.REVIEW or other.event >= self.event:
            return False
        return self.seen is None or other.event <= self.seen or other.origin == self.origin


@dataclass(frozen=True)
class Decision:
    """What all answers to an item come to.

    Attributes:
        state: ``open``: no class or junk yet; ``decided``: all that gave one agree; ``conflict``:
            they do not, and the item counts for nothing until it is reviewed; ``undecided``:
            two people, or one twice, could not decide.
        outcome, label: what was decided, else None.
        annotators: who gave a class or junk.
    """

    state: Literal["open", "decided", "conflict", "undecided"]
    outcome: Outcome | None = None
    label: int | None = None
    annotators: tuple[str, ...] = ()


Author = tuple[str, str]
"""(annotator, origin)."""


class Answers:
    """The record folded in its order.

    Args:
        roots: class position to the one that it was merged into; others stand for themselves.
    """

    def __init__(self, roots: dict[int, int] | None = None) -> None:
        self.roots = roots or {}
        self.last_event = 0
        self._events: dict[int, list[Event]] = {}
        self._undone: set[int] = set()

    def apply(self, event: Event) -> None:
        """Take in the next event; those seen before are passed over."""
        if event.event <= self.last_event:
            return
        self.last_event = event.event
        if event.kind is Kind.UNDO:
            self._undone.add(_replaced(event))
        elif event.kind is Kind.REDO:
            self._undone.discard(_replaced(event))
        else:
            self._events.setdefault(event.item, []).append(event)

    def items(self) -> list[int]:
        """Items that anyone said anything of, ascending."""
        return sorted(self._events)

    def standing(self, item: int) -> list[Event]:
        """Answers and reviews of an item that were not taken back, in order."""
        return [e for e in self._events.get(item, []) if e.event not in self._undone]

    def live(self, item: int) -> list[Event]:
        """Answers and reviews of an item that were neither taken back nor overridden."""
        events = self.standing(item)
        return [event for event in events if not any(e.overrides(event) for e in events)]

    def of(self, item: int) -> dict[Author, Event]:
        """The last live answer of each author."""
        return {(event.annotator, event.origin): event for event in self.live(item)}

    def decision(self, item: int) -> Decision:
        """What the answers come to."""
        latest = self.of(item)
        firm = {
            author: (event.outcome, self.root(event.label))
            for author, event in latest.items()
            if event.outcome in FIRM
        }
        annotators = tuple(sorted({annotator for annotator, _ in firm}))
        if len(set(firm.values())) > 1:
            return Decision("conflict", annotators=annotators)
        if firm:
            outcome, label = next(iter(firm.values()))
            return Decision("decided", outcome, label, annotators)
        undecided = [event for event in self.live(item) if event.outcome is Outcome.UNDECIDED]
        return Decision("undecided" if len(undecided) > 1 else "open")

    def is_reviewed(self, item: int) -> bool:
        """Whether a review that stands gave a class or junk."""
        return any(e.kind is Kind.REVIEW and e.outcome in FIRM for e in self.live(item))

    def root(self, label: int | None) -> int | None:
        """The class that ``label`` counts as now."""
        while label in self.roots:
            label = self.roots[label]
        return label


def undoable(newest_first: Iterable[Event]) -> Event | None:
    """Of what one person did, the answer or review that the next undo takes back."""
    latest: dict[int, Kind] = {}
    for event in newest_first:
        if event.kind in _TOGGLES:
            latest.setdefault(_replaced(event), event.kind)
        elif latest.get(event.event) is not Kind.UNDO:
            return event
    return None


def redoable(newest_first: Iterable[Event]) -> Event | None:
    """Of what one person did, the undo that the next redo makes good; a new answer ends these."""
    latest: dict[int, Event] = {}
    for event in newest_first:
        if event.kind not in _TOGGLES:
            break
        latest.setdefault(_replaced(event), event)
    undone = [event for event in latest.values() if event.kind is Kind.UNDO]
    return min(undone, key=_replaced, default=None)


def _replaced(event: Event) -> int:
    assert event.replaces is not None
    return event.replaces
