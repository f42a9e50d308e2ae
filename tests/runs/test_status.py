"""Where a run stands, as ``cryoal status`` tells it."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from human_runs import answer_truly, human_run
from tiny_runs import RunMaker, tiny_settings

from cryoal.pools import SubtomogramPool
from cryoal.runs import ActiveLearningLoop, People, RunFolder, start_run
from cryoal.runs.answers import Outcome
from cryoal.runs.out_of_fold import OutOfFold, out_of_fold_path
from cryoal.runs.status import run_status
from cryoal.runs.wilson import wilson_interval


def test_a_finished_run(finished: RunMaker) -> None:
    folder = finished()
    state = run_status(folder)
    assert json.loads(json.dumps(state)) == state
    assert (state["state"], state["next"], state["waiting"]) == ("finished", None, 0)
    assert state["labelled"] == 10
    assert state["annotators"] == {"label table": 10}
    known = state["accuracy"]
    assert known["value"] == pytest.approx(folder.journal.metrics()[3]["accuracy"])
    assert (known["low"], known["high"]) == wilson_interval(known["value"], known["items"])
    assert [gain["labels"] for gain in state["gains"]] == [3, 3]
    total = sum(gain["accuracy"] for gain in state["gains"])
    first = folder.journal.metrics()[1]["accuracy"]
    assert total == pytest.approx(known["value"] - first)
    assert state["stopping"]["rule"] == "stabilizing-predictions"
    words = "compares 4 models that chose a query, and this run comes to 2; give --cycles 5"
    assert words in state["stopping"]["explanation"]


def test_without_test_items_there_is_no_accuracy(finished: RunMaker) -> None:
    state = run_status(finished(test_share=0.0))
    assert state["accuracy"] is None
    assert state["gains"] == []


def test_a_run_that_waits_for_people(
    tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool
) -> None:
    settings = tiny_settings(blobs, oracle="human", known_labels="ignore", overlap="50%")
    folder = start_run(tmp_path / "run", settings, blob_pool)
    ActiveLearningLoop(
        folder,
        blob_pool,
        People(),
        progress=lambda _name: nullcontext(lambda _done, _total: None),
        report=lambda _cycle, _metrics: None,
    ).run()
    store = folder.journal.labels
    state = run_status(folder)
    assert (state["state"], state["waiting"]) == ("waiting", 4)
    assert state["next"] == {"cycle": 0, "phase": "label"}
    one, two, three, _ = folder.journal.query(0).tolist()
    store.record(one, Outcome.JUNK, None, "ann")
    for name in ("ann", "bob"):
        store.record(two, Outcome.UNDECIDED, None, name)
    store.record(three, Outcome.CLASS, 0, "ann")
    store.record(three, Outcome.CLASS, 1, "bob")
    state = run_status(folder)
    assert (state["junk"], state["undecided"], state["conflicts"]) == (1, 1, 1)
    assert state["annotators"] == {"ann": 3, "bob": 2}
    assert state["labelled"] == 1
    assert state["classes"] == blob_pool.classes


def test_after_the_last_answer_training_comes_next(
    tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool
) -> None:
    folder = RunFolder.open(human_run(tmp_path / "run", blobs, blob_pool))
    answer_truly(folder, blob_pool)
    state = run_status(folder)
    assert (state["state"], state["waiting"]) == ("unfinished", 0)
    assert state["next"] == {"cycle": 1, "phase": "train"}


def test_the_audit_stands_in_where_nothing_is_held_out(finished: RunMaker) -> None:
    folder = finished(test_share=0.0)
    probabilities = np.array([[0.9, 0.1, 0.0], [0.8, 0.2, 0.0], [0.1, 0.9, 0.0], [np.nan] * 3])
    result = OutOfFold(10, np.arange(4), np.array([0, 1, 1, 2]), np.arange(3), probabilities)
    out_of_fold_path(folder).parent.mkdir()
    result.save(out_of_fold_path(folder))
    known = run_status(folder)["accuracy"]
    assert known["value"] == pytest.approx(2 / 3)
    assert known["items"] == 3
    assert known["measured_on"] == "labels, cross-validated by the last audit"
