"""How far labelling has come, and how fast it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

RECENT = 30
BREAK_SECONDS = 300.0


@dataclass(frozen=True)
class Progress:
    """Where a query and the labels stand.

    Attributes:
        total, done, waiting: items of the open query: all, those that nobody needs to look at
            any more, and the others.
        per_hour: the annotator's pace over the last answers, None before the first.
        by_class: labelled items of the whole run for each active class position.
        junk, undecided, conflicts: items of the whole run in that state.
    """

    total: int
    done: int
    waiting: int
    per_hour: float | None
    by_class: dict[int, int]
    junk: int
    undecided: int
    conflicts: int


def pace_per_hour(seconds: Iterable[float]) -> float | None:
    """Answers an hour at the mean of the last 30 times; those above 5 minutes were breaks."""
    recent = [value for value in seconds if value <= BREAK_SECONDS][-RECENT:]
    total = sum(recent)
    return None if total <= 0 else 3600 * len(recent) / total
