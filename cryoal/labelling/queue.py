"""The open query as one annotator has to answer it."""

from __future__ import annotations

import time

from cryoal.labelling.decisions import Decisions
from cryoal.labelling.turns import Turns
from cryoal.runs.answers import FIRM
from cryoal.runs.open_query import OpenQuery


class AnnotatorQueue:
    """Which items wait, for anybody and for this annotator, kept current item by item.

    Attributes:
        query: the open query, or None.
        ranks: place of each of its items.
        waiting: items that somebody needs to look at.
        turns: those that this annotator may be given, the next one first.
    """

    def __init__(self, query: OpenQuery | None, decisions: Decisions, annotator: str) -> None:
        self.query = query
        self.annotator = annotator
        items = () if query is None else query.items
        self.ranks = {item: rank for rank, item in enumerate(items)}
        self.waiting: set[int] = set()
        self.turns = Turns()
        self._decisions = decisions
        self._put_off: dict[int, float] = {}
        for item in items:
            self.update(item)

    def wanted(self, item: int) -> int:
        """How many people are to answer an item."""
        return 1 if self.query is None else self.query.wanted(item)

    def settled_by_others(self, item: int) -> list[str]:
        """Who answered an item so that it is not this annotator's any more; [] while it is."""
        answers = self._decisions.answers
        others = {
            name
            for (name, _), event in answers.of(item).items()
            if event.outcome in FIRM and name != self.annotator
        }
        enough = 1 if answers.is_reviewed(item) else self.wanted(item)
        return sorted(others) if len(others) >= enough else []

    def put_off(self, item: int) -> None:
        """The annotator went on without an answer: the item comes back after all others."""
        if item in self.turns:
            self._put_off[item] = time.time()
            self.update(item)

    def update(self, item: int) -> None:
        """Find the item's turn anew after something was said of it."""
        if self.query is None or item not in self.ranks:
            return
        answers = self._decisions.answers
        self.turns.drop(item)
        self.waiting.discard(item)
        said = answers.of(item)
        if said and self.query.is_answered(item, answers):
            return
        self.waiting.add(item)
        mine = [event for (name, _), event in said.items() if name == self.annotator]
        if any(event.outcome in FIRM for event in mine):
            return
        seen = [event.created_at for event in mine]
        if item in self._put_off:
            seen.append(self._put_off[item])
        self.turns.put(item, (1, max(seen)) if seen else (0, self.ranks[item]))
