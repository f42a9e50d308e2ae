"""What of a query still waits, and for what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cryoal.labelling.source import ItemFacts, LabelSource
from cryoal.runs.answers import Answers
from cryoal.runs.open_query import OpenQuery

State = Literal["new", "put-off", "half", "taken"]


@dataclass(frozen=True)
class WaitingItem:
    """An item of the open query that somebody needs to look at.

    Attributes:
        facts: what is known of it.
        prediction: name of the class that what the model gave it counts as now, or None.
        state: ``new``; ``put-off`` where somebody skipped it or could not decide; ``half`` where
            one of two people answered; ``taken`` while somebody has it on screen or in a bundle.
    """

    facts: ItemFacts
    prediction: str | None
    state: State


def waiting_items(source: LabelSource) -> list[WaitingItem]:
    """In the order of asking; [] where no query waits."""
    query = source.query()
    if query is None:
        return []
    answers, claims, facts = source.labels.answers(), source.labels.claims(), source.facts()
    classes = source.labels.classes.all()
    found = []
    for item in query.waiting(answers):
        guess = answers.root(facts[item].prediction)
        name = None if guess is None else classes[guess].name
        state = "taken" if item in claims else _state(item, query, answers)
        found.append(WaitingItem(facts[item], name, state))
    return found


def _state(item: int, query: OpenQuery, answers: Answers) -> State:
    if query.wanted(item) > 1 and answers.decision(item).annotators:
        return "half"
    return "put-off" if answers.live(item) else "new"
