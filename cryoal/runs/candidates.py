"""Which items a query may name."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cryoal.runs.journal import Journal


def open_items(journal: Journal) -> npt.NDArray[np.int64]:
    """Pool positions of the training items that nothing was decided on, ascending."""
    answers = journal.labels.answers()
    closed = [item for item in answers.items() if answers.decision(item).state != "open"]
    return np.setdiff1d(journal.split("train"), np.array(closed, np.int64))
