"""The open query and all labelled items as rows."""

from __future__ import annotations

from dataclasses import replace

from cryoal.errors import CryoalError
from cryoal.labelling.decisions import OPEN, Decisions
from cryoal.labelling.entry import Entry, EntryFilter, SortKey, sort_entries
from cryoal.labelling.queue import AnnotatorQueue
from cryoal.labelling.source import ItemFacts, LabelSource
from cryoal.runs.answers import FIRM, Decision, Event, Outcome


class EntryTable:
    """What is known of each item, read once, with what was said of it, as of now.

    Args:
        source: run or bundle.
        decisions, queue: kept current by the session.

    Attributes:
        facts: of every item that was queried or labelled.
    """

    def __init__(self, source: LabelSource, decisions: Decisions, queue: AnnotatorQueue) -> None:
        self.source = source
        self.facts = source.facts()
        self._decisions = decisions
        self._queue = queue
        self._doubts = source.doubts()
        self._junk = source.labels.classes.junk()

    def fact(self, item: int) -> ItemFacts:
        """What is known of an item.

        Raises:
            CryoalError: it was neither asked for nor labelled.
        """
        if item not in self.facts:
            raise CryoalError(
                f"{self.source.path}: item {item} was neither asked for nor labelled; name another"
            )
        return self.facts[item]

    def entry(self, item: int) -> Entry:
        """All about an item.

        Raises:
            CryoalError: as :meth:`fact`.
        """
        facts = self.fact(item)
        live = self._decisions.answers.live(item)
        said = self._said(item, live)
        return Entry(
            item=item,
            id=facts.id,
            cycle=facts.cycle,
            rank=facts.rank,
            score=facts.score,
            prediction=self._decisions.answers.root(facts.prediction),
            probability=facts.probability,
            group=facts.group,
            position_A=self.source.position_A(item),
            decision=self._decision(item),
            said=said,
            mine=next((e for e in reversed(said) if e.annotator == self._queue.annotator), None),
            answered_at=live[-1].created_at if live else None,
            asked=item in self._queue.ranks,
            disagrees=self._disagrees(facts),
            doubt=self._doubts.get(item),
        )

    def _decision(self, item: int) -> Decision:
        """What the answers come to, unless the annotator is still to say something."""
        return OPEN if item in self._queue.turns else self._decisions[item]

    def _said(self, item: int, live: list[Event]) -> tuple[Event, ...]:
        """The last answer of each author, as far as the annotator may know them."""
        latest = {(event.annotator, event.origin): event for event in live}
        last = sorted(latest.values(), key=lambda event: event.event)
        if item in self._queue.turns:
            last = [event for event in last if event.outcome not in FIRM]
        root = self._decisions.answers.root
        return tuple(replace(event, label=root(event.label)) for event in last)

    def entries(self, chosen: EntryFilter, key: SortKey, descending: bool) -> list[Entry]:
        """The open query and all labelled items, as far as they are chosen, in order."""
        items = dict.fromkeys(self._queue.ranks) | dict.fromkeys(self._decisions.items())
        entries = [entry for entry in map(self.entry, items) if chosen.admits(entry)]
        return sort_entries(entries, key, descending)

    def _disagrees(self, facts: ItemFacts) -> bool:
        decision = self._decision(facts.item)
        if decision.state != "decided" or facts.prediction is None:
            return decision.state == "conflict"
        said = self._junk if decision.outcome is Outcome.JUNK else decision.label
        return said != self._decisions.answers.root(facts.prediction)
