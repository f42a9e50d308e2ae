"""What a model learns from: the decided items of a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cryoal.runs.answers import Outcome
from cryoal.runs.journal import Journal
from cryoal.runs.settings import RunSettings


@dataclass(frozen=True)
class TrainingSet:
    """Items that are decided, and the classes to tell apart.

    Attributes:
        items: pool positions (n,), ascending.
        labels: (n,) places in ``positions``.
        positions: class positions in the journal, ascending, one for each output of the model.
        classes: their names.
    """

    items: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    positions: tuple[int, ...]
    classes: tuple[str, ...]

    @property
    def kinds(self) -> int:
        """How many classes have at least one item."""
        return len(np.unique(self.labels))


def training_set(journal: Journal, settings: RunSettings, until: int | None = None) -> TrainingSet:
    """Decided items, as of the event ``until`` or now.

    Conflicts, items that nobody could decide and, under ``junk: leave-out``, junk are not in it.
    """
    table = journal.labels.classes
    junk = table.junk() if settings.junk == "class" else None
    chosen = [one for one in table.all() if one.active or one.position == junk]
    place = {one.position: number for number, one in enumerate(chosen)}
    answers = journal.labels.answers(until)
    items, labels = [], []
    for item in answers.items():
        decision = answers.decision(item)
        label = junk if decision.outcome is Outcome.JUNK else decision.label
        if label in place:
            items.append(item)
            labels.append(place[label])
    return TrainingSet(
        np.array(items, np.int64),
        np.array(labels, np.int64),
        tuple(one.position for one in chosen),
        tuple(one.name for one in chosen),
    )
