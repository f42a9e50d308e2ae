"""Predictions and answers of a run as stopping rules want them."""

from __future__ import annotations

import numpy as np
from tiny_runs import RunMaker

from cryoal.runs.stopping_history import stopping_history


def test_it_is_what_the_files_and_the_record_say(finished: RunMaker) -> None:
    folder = finished(cycles=3)
    history = stopping_history(folder)
    rows = folder.journal.query_rows()
    asked = {row.item for row in rows if row.cycle == 1}
    scored = [np.load(folder.scores_path(cycle)) for cycle in (1, 2)]
    common = sorted(set(scored[0]["candidates"]) - asked)
    assert history.stop_set.shape == (2, len(common))
    for cycle, saved in enumerate(scored):
        for place, item in enumerate(common):
            row = saved["candidates"].tolist().index(item)
            assert history.stop_set[cycle, place] == saved["probabilities"][row].argmax()
    assert len(history.batches) == 2
    predicted, answered = history.batches[0]
    assert predicted.tolist() == [row.prediction for row in rows if row.cycle == 1]
    classes = folder.journal.classes
    assert [classes[at] for at in answered] == [row.label for row in rows if row.cycle == 1]


def test_nothing_is_known_before_the_first_training(finished: RunMaker) -> None:
    history = stopping_history(finished(cycles=1))
    assert len(history.stop_set) == 0
    assert history.batches == []
