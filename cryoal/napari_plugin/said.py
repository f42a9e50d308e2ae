"""What people said of an item, in words."""

from __future__ import annotations

from collections.abc import Mapping

from cryoal.labelling.entry import Entry
from cryoal.runs.answers import ANSWER_NAMES, Event, Outcome


def describe_said(entry: Entry, names: Mapping[int, str]) -> str:
    """Who said what, as far as the annotator may know it: ``ann: ribosome · bob: junk``.

    Args:
        names: of the classes, by position.
    """
    return " · ".join(f"{event.annotator}: {_word(event, names)}" for event in entry.said)


def _word(event: Event, names: Mapping[int, str]) -> str:
    if event.outcome is not Outcome.CLASS:
        return ANSWER_NAMES[event.outcome]
    return "?" if event.label is None else names.get(event.label, "?")
