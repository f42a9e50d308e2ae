"""Which items a query may name."""

from __future__ import annotations

import zipfile

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.runs.folder import RunFolder
from cryoal.runs.journal import Journal


def open_items(journal: Journal, until: int | None = None) -> npt.NDArray[np.int64]:
    """Pool positions of the training items that nothing was decided on, ascending.

    As of the event ``until``, or now.
    """
    answers = journal.labels.answers(until)
    closed = [item for item in answers.items() if answers.decision(item).state != "open"]
    return np.setdiff1d(journal.split("train"), np.array(closed, np.int64))


def scored_items(folder: RunFolder, cycle: int) -> npt.NDArray[np.int64]:
    """Pool positions that the query of ``cycle`` was chosen from, ascending.

    Raises:
        CryoalError: the cycle's scores are missing or damaged.
    """
    path = folder.scores_path(cycle)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            items = np.asarray(saved["candidates"])
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise CryoalError(
            f"{path}: cannot be read ({error}); bring it back from a copy of the run"
        ) from error
    is_list = items.ndim == 1 and items.size > 0 and items.dtype.kind in "iu"
    if not is_list or not np.isin(items, folder.journal.split("train")).all():
        raise CryoalError(
            f"{path}: its candidates are no training items of this run; bring it back from a copy"
        )
    return items.astype(np.int64)
