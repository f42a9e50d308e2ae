"""Who answers a query."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.pools.pool import Pool
from cryoal.runs.amount import count_items
from cryoal.runs.candidates import open_items
from cryoal.runs.folder import RunFolder
from cryoal.runs.open_query import open_query
from cryoal.runs.settings import RunSettings
from cryoal.runs.training_set import training_set
from cryoal.runs.wrong_answers import with_wrong_answers


class Oracle(ABC):
    """Sees to it that a query gets its answers."""

    @abstractmethod
    def answer(self, folder: RunFolder, cycle: int) -> bool:
        """Finish the phase ``label`` of ``cycle`` if its query is answered; whether it is."""


class LabelTable(Oracle):
    """Answers from labels known beforehand: the oracle of every simulated comparison."""

    name = "label table"

    def __init__(self, labels: npt.NDArray[np.int64]) -> None:
        """``labels`` (N,) over the whole pool, -1 where unknown."""
        self.labels = labels

    @classmethod
    def of(cls, pool: Pool, settings: RunSettings) -> LabelTable:
        """The pool's labels, as many of them wrong as the settings say."""
        return cls(with_wrong_answers(pool, settings.label_noise, settings.seed))

    def answer(self, folder: RunFolder, cycle: int) -> bool:
        """Always; a query that names an unlabelled item is a mistake of the caller."""
        started = time.perf_counter()
        items = folder.journal.query(cycle)
        labels = self.labels[items]
        if (labels < 0).any():
            raise ValueError("the label table was asked for items that it does not know")
        answers = zip(items.tolist(), labels.tolist(), strict=True)
        folder.journal.add_labels(cycle, answers, self.name, time.perf_counter() - started)
        return True


class People(Oracle):
    """Waits for people, who answer through the journal whenever they like.

    While all labels together are of one class, of which nothing can be learned, a query that is
    answered grows by as many random items as it first had.

    Args:
        proceed: take up the answers that are there, once, and leave the other items for later
            queries.
    """

    def __init__(self, proceed: bool = False) -> None:
        self.proceed = proceed

    def answer(self, folder: RunFolder, cycle: int) -> bool:
        """Whether every item of the query is answered, or ``proceed`` was asked for.

        Raises:
            CryoalError: ``proceed`` was asked for, and nobody answered anything of the query or
                labels are of fewer than two classes; or they are and nothing is left to ask.
        """
        journal, settings = folder.journal, folder.settings
        query = open_query(journal, settings.overlap, settings.seed)
        assert query is not None
        waiting = query.waiting(journal.labels.answers())
        if waiting and not self.proceed:
            return False
        events = [event for event in journal.labels.events() if event.cycle == cycle]
        asked = set(journal.query(cycle).tolist())
        if self.proceed and not any(event.item in asked for event in events):
            raise CryoalError(
                f"{folder.path}: nobody answered anything of this query, so there is nothing new "
                "to go on with; label some of it first"
            )
        if training_set(journal, settings).kinds < 2:
            if self.proceed:
                raise CryoalError(
                    f"{folder.path}: cannot go on with labels of fewer than two classes; label "
                    "more of the query first"
                )
            self._extend(folder, cycle)
            return False
        self.proceed = False
        seconds = sum(event.seconds or 0.0 for event in events)
        with journal.transaction():
            journal.finish_phase(cycle, "label", seconds)
        return True

    def _extend(self, folder: RunFolder, cycle: int) -> None:
        journal = folder.journal
        asked = journal.query(cycle)
        left = np.setdiff1d(open_items(journal), asked)
        if len(left) == 0:
            raise CryoalError(
                f"{folder.path}: every item is labelled and they are of fewer than two classes; "
                "review some of them"
            )
        first = count_items(folder.settings.initial, len(journal.split("train")))
        generator = np.random.default_rng([folder.settings.seed, len(asked)])
        chosen = generator.choice(left, size=min(first, len(left)), replace=False)
        journal.add_query(cycle, chosen, {})
