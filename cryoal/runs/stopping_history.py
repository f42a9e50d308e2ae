"""What a run's record says to stopping rules."""

from __future__ import annotations

from functools import reduce

import numpy as np
import numpy.typing as npt

from cryoal.runs.answers import Outcome
from cryoal.runs.folder import RunFolder
from cryoal.runs.stopping import History


def stopping_history(folder: RunFolder) -> History:
    """Predictions by cycle on a common set of items, and the answers to each query.

    The common set are the candidates that every cycle so far scored: it shrinks by each query,
    and is what the labels are wanted for.
    """
    cycles = [cycle for cycle in folder.trained_cycles() if folder.scores_path(cycle).exists()]
    scored = [_predictions(folder, cycle) for cycle in cycles]
    common = reduce(np.intersect1d, [items for items, _ in scored]) if scored else np.array([])
    stop_set = np.array(
        [positions[np.searchsorted(items, common)] for items, positions in scored], np.int64
    )
    # The last model chooses nothing any more.
    return History(stop_set, _batches(folder), planned=folder.settings.cycles - 1)


def _predictions(
    folder: RunFolder, cycle: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Scored candidates (n,), ascending, and their predicted class positions (n,)."""
    with np.load(folder.scores_path(cycle), allow_pickle=False) as saved:
        positions = saved["classes"][saved["probabilities"].argmax(1)]
        return saved["candidates"], positions


def _batches(
    folder: RunFolder,
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Predicted and answered class positions of each query whose answers were taken up."""
    journal = folder.journal
    answers, junk = journal.labels.answers(), journal.labels.classes.junk()
    done = journal.phase_seconds()
    batches: dict[int, list[tuple[int, int]]] = {}
    for row in journal.query_rows():
        if row.prediction is None or (row.cycle, "label") not in done:
            continue
        decision = answers.decision(row.item)
        answered = junk if decision.outcome is Outcome.JUNK else decision.label
        predicted = answers.root(row.prediction)
        pair = [-1 if label is None else label for label in (predicted, answered)]
        batches.setdefault(row.cycle, []).append((pair[0], pair[1]))
    tables = [np.array(batches[cycle], np.int64) for cycle in sorted(batches)]
    return [(table[:, 0], table[:, 1]) for table in tables]
