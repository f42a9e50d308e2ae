"""The query that people are asked to answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryoal.runs.amount import count_items
from cryoal.runs.answers import Answers
from cryoal.runs.journal import Journal


@dataclass(frozen=True)
class OpenQuery:
    """The last query of a run, until its answers are taken up.

    Attributes:
        cycle: that it belongs to.
        items: pool positions, best first.
        doubled: those that two people are to answer.
    """

    cycle: int
    items: tuple[int, ...]
    doubled: frozenset[int]

    def wanted(self, item: int) -> int:
        """How many people are to answer it."""
        return 2 if item in self.doubled else 1

    def is_answered(self, item: int, answers: Answers) -> bool:
        """Whether nobody needs to look at it any more; conflicts wait for a review instead."""
        decision = answers.decision(item)
        if decision.state == "decided":
            enough = 1 if answers.is_reviewed(item) else self.wanted(item)
            return len(decision.annotators) >= enough
        return decision.state != "open"

    def waiting(self, answers: Answers) -> list[int]:
        """Items without an answer, best first."""
        return [item for item in self.items if not self.is_answered(item, answers)]


def open_query(journal: Journal, overlap: str | None, seed: int) -> OpenQuery | None:
    """The query whose answers a run waits for, or None.

    Args:
        overlap: share or number of its items that two people answer.
        seed: of the run; which items those are depends on it alone.
    """
    done = journal.phase_seconds()
    asked = [cycle for cycle, phase in done if phase == "query" and (cycle, "label") not in done]
    if not asked:
        return None
    cycle = max(asked)
    items = tuple(journal.query(cycle).tolist())
    count = 0 if overlap is None else min(len(items), count_items(overlap, len(items)))
    shuffled = sorted(items, key=lambda item: hashlib.sha256(f"{seed}/{item}".encode()).digest())
    return OpenQuery(cycle, items, frozenset(shuffled[:count]))
