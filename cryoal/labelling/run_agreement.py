"""How far the annotators of a run agree."""

from __future__ import annotations

from cryoal.labelling.agreement import Agreement, measure_agreement
from cryoal.runs.answers import FIRM, Answers, Kind
from cryoal.runs.folder import RunFolder


def run_agreement(folder: RunFolder) -> Agreement:
    """Agreement on the items that two or more people gave a class or junk.

    Reviews do not count: who reviews an item has seen what others said of it. Answers are class
    names, or ``junk``; merged classes are one.
    """
    labels = folder.journal.labels
    answers = labels.answers()
    names = [one.name for one in labels.classes.all()]
    said = {item: independent_answers(answers, item, names) for item in answers.items()}
    return measure_agreement(said, folder.settings.seed)


def independent_answers(answers: Answers, item: int, names: list[str]) -> dict[str, str]:
    """The last class or junk that each annotator gave an item without a review."""
    said = {}
    for event in answers.standing(item):
        if event.kind is Kind.ANSWER and event.outcome in FIRM:
            root = answers.root(event.label)
            said[event.annotator] = event.outcome.value if root is None else names[root]
    return said
