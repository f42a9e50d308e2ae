"""All answers of a run folded, and what they come to for each item, kept current."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cryoal.runs.answers import Answers, Decision, Event, Outcome
from cryoal.runs.label_store import LabelStore

OPEN = Decision("open")


class Decisions:
    """Decisions by item, and the items of each class.

    Attributes:
        answers: the fold.
        of_class: items decided on for each class position.
        states: how many items are in each state, and under ``junk`` how many are junk.
    """

    def __init__(self, labels: LabelStore) -> None:
        self.labels = labels
        self.answers = Answers(labels.classes.roots())
        self.of_class: dict[int, set[int]] = {}
        self.states: Counter[str] = Counter()
        self._of_item: dict[int, Decision] = {}
        self.catch_up()

    def __getitem__(self, item: int) -> Decision:
        return self._of_item.get(item, OPEN)

    def items(self) -> Iterable[int]:
        """Items that anybody said anything of."""
        return self._of_item.keys()

    def catch_up(self) -> set[int]:
        """Take in the events that are new in the store; the items that they are about."""
        return self.take(self.labels.events(after=self.answers.last_event))

    def take(self, events: Iterable[Event]) -> set[int]:
        """Take in events that follow on the last one; the items that they are about."""
        items = set()
        for event in events:
            self.answers.apply(event)
            items.add(event.item)
        for item in items:
            self._decide(item)
        return items

    def merge_classes(self) -> bool:
        """Look again which classes count as others; whether that changed anything."""
        roots = self.labels.classes.roots()
        if roots == self.answers.roots:
            return False
        self.answers.roots = roots
        for item in self._of_item:
            self._decide(item)
        return True

    def _decide(self, item: int) -> None:
        if (old := self._of_item.get(item)) is not None:
            self._count(item, old, -1)
        new = self.answers.decision(item)
        self._of_item[item] = new
        self._count(item, new, 1)

    def _count(self, item: int, decision: Decision, change: int) -> None:
        self.states[decision.state] += change
        if decision.outcome is Outcome.JUNK:
            self.states["junk"] += change
        if decision.label is not None:
            items = self.of_class.setdefault(decision.label, set())
            (items.add if change > 0 else items.discard)(item)
