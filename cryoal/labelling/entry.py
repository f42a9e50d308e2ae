"""One row of what there is to label and what was labelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from cryoal.labelling.source import Position
from cryoal.runs.answers import Decision, Event, Outcome

SortKey = Literal["rank", "score", "class", "prediction", "group", "time", "doubt"]


@dataclass(frozen=True)
class Entry:
    """An item of the open query, or one that somebody said something of.

    Attributes:
        item: position in the pool.
        id: name of the item.
        cycle, rank: of the latest query that asked for it, None where none did.
        score, prediction, probability: what the model of that cycle said, the prediction as the
            position of the class that it counts as now; None where it said nothing.
        group: its tomogram, or None.
        position_A: place (x, y, z) in the tomogram, if known.
        decision: what all answers come to; ``open`` as long as the item waits for this session's
            annotator, whom what another person said would sway.
        said: the last answer of each person that stands, in order, its class the one that it counts
            as now; classes and junk are left out for as long.
        mine: the last answer of this session's annotator that stands, its class the one that it
            counts as now.
        answered_at: when the last answer that stands was given, seconds since 1970.
        asked: whether it belongs to the open query.
        disagrees: whether annotators differ, or what was decided on is not what was predicted.
        doubt: how much models that never saw the label hold against it, by the last audit; None
            where they do not.
    """

    item: int
    id: str
    cycle: int | None
    rank: int | None
    score: float | None
    prediction: int | None
    probability: float | None
    group: str | None
    position_A: Position | None
    decision: Decision
    said: tuple[Event, ...]
    mine: Event | None
    answered_at: float | None
    asked: bool
    disagrees: bool
    doubt: float | None


@dataclass(frozen=True)
class EntryFilter:
    """Which entries to list; None leaves a property free.

    Attributes:
        state: of the decision; ``undecided`` also lists what waits for another look because
            somebody could not decide.
        label: class position decided on.
        group: tomogram.
        disagreement: only entries that disagree.
    """

    state: str | None = None
    label: int | None = None
    group: str | None = None
    disagreement: bool = False

    def admits(self, entry: Entry) -> bool:
        """Whether the entry is listed."""
        return (
            (self.state is None or self._is_in_state(entry))
            and (self.label is None or entry.decision.label == self.label)
            and (self.group is None or entry.group == self.group)
            and (not self.disagreement or entry.disagrees)
        )

    def _is_in_state(self, entry: Entry) -> bool:
        if self.state == "undecided" and entry.decision.state == "open":
            return any(event.outcome is Outcome.UNDECIDED for event in entry.said)
        return entry.decision.state == self.state


def sort_entries(entries: list[Entry], key: SortKey, descending: bool) -> list[Entry]:
    """Entries in order; those without the property come last either way.

    ``rank`` is the order of asking, the open query first and older queries after it.
    """
    value = _VALUES[key]
    known = [entry for entry in entries if value(entry) is not None]
    unknown = [entry for entry in entries if value(entry) is None]
    return sorted(known, key=value, reverse=descending) + unknown


def _asked(entry: Entry) -> tuple[int, int] | None:
    if entry.cycle is None or entry.rank is None:
        return None
    return (-entry.cycle, entry.rank)


_VALUES: dict[SortKey, Callable[[Entry], Any]] = {
    "rank": _asked,
    "score": lambda entry: entry.score,
    "class": lambda entry: entry.decision.label,
    "prediction": lambda entry: entry.prediction,
    "group": lambda entry: entry.group,
    "time": lambda entry: entry.answered_at,
    "doubt": lambda entry: entry.doubt,
}
