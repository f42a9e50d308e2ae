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
        total: items of the open query.
        done: those that this annotator has answered or need not look at any more.
        waiting: those that somebody needs to look at, this annotator or another.
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

    @property
    def left(self) -> int:
        """Items of the open query that this annotator may still be given."""
        return self.total - self.done


def pace_per_hour(seconds: Iterable[float]) -> float | None:
    """Answers an hour at the mean of the last 30 times; those above 5 minutes were breaks."""
    recent = [value for value in seconds if value <= BREAK_SECONDS][-RECENT:]
    total = sum(recent)
    return None if total <= 0 else 3600 * len(recent) / total
