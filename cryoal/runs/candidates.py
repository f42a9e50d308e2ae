"""Which items a query may name."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cryoal.runs.journal import Journal


def open_items(journal: Journal, until: int | None = None) -> npt.NDArray[np.int64]:
    """Pool positions of the training items that nothing was decided on, ascending.

    As of the event ``until``, or now.
    """
    answers = journal.labels.answers(until)
    closed = [item for item in answers.items() if answers.decision(item).state != "open"]
    return np.setdiff1d(journal.split("train"), np.array(closed, np.int64))
