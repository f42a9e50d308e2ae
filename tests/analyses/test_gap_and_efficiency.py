"""What is read off a run's record: gaps, seconds and memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from slow_analyses import silently

from cryoal.analyses.efficiency import Efficiency
from cryoal.analyses.gap import Gap
from cryoal.analyses.measurement import Measurement, means_of
from cryoal.analyses.source import Source
from cryoal.analyses.subject import Subject, opened
from cryoal.errors import CryoalError
from cryoal.runs import RunFolder, RunSettings
from cryoal.studies import Arm


@pytest.fixture
def bare(tmp_path: Path) -> RunFolder:
    """A run that nothing was done in, without test items and without its pool."""
    folder = RunFolder.create(tmp_path / "run", RunSettings(data=str(tmp_path / "gone")))
    folder.journal.create({}, ["a", "b"], ["1", "2"], None, ["train", "train"])
    return folder


def test_the_gap_is_training_minus_test_accuracy(subject: Subject) -> None:
    found = Gap().measure(subject, silently)
    metrics = subject.journal.metrics()
    assert [one.keys["cycle"] for one in found] == [1, 2, 3]
    for one in found:
        own = metrics[int(one.keys["cycle"])]
        assert one.values["gap"] == own["train_accuracy"] - own["accuracy"]
        assert one.values["test_accuracy"] == own["accuracy"]
        assert one.sizes == {"test_items": len(subject.journal.split("test"))}


def test_the_verdict_of_gaps_names_every_scheme() -> None:
    rows = [
        Measurement({"scheme": s, "cycle": c, "labelled": 10 * c}, 0, {"test_items": 5}, {"gap": g})
        for s, c, g in (("a", 1, 0.5), ("a", 2, 0.25), ("b", 1, 0.5), ("b", 2, 0.125))
    ]
    said = Gap().verdict(means_of(rows))
    assert said.endswith("at the end (20 labels): 0.25 (a) and 0.12 (b).")


def test_without_test_items_there_is_no_gap(bare: RunFolder) -> None:
    with (
        opened(Source(bare.path, Arm("random"), 0), "cpu") as subject,
        pytest.raises(CryoalError, match="no test items"),
    ):
        Gap().measure(subject, silently)


def test_seconds_are_means_over_cycles_and_memory_the_largest_peak(bare: RunFolder) -> None:
    seconds = {(0, "query"): 100.0, (1, "train"): 2.0, (1, "score"): 3.0, (2, "train"): 4.0}
    peaks = {1: 700.0, 2: 600.0}
    with bare.journal.transaction():
        for (cycle, phase), value in seconds.items():
            bare.journal.finish_phase(cycle, phase, value)
        for cycle, peak in peaks.items():
            bare.journal.insert_metrics(cycle, {"train_memory_mb": peak})
    with opened(Source(bare.path, Arm("entropy"), 0), "cpu") as subject:
        train, score = Efficiency().measure(subject, silently)
    assert train.keys == {"scheme": "entropy", "phase": "train"}
    assert train.sizes == {"cycles": 2}
    assert train.values == {"seconds": 3.0, "memory_mb": 700.0}
    assert score.keys["phase"] == "score"
    assert score.sizes == {"cycles": 1}
    assert score.values == {"seconds": 3.0, "memory_mb": None}
    assert (
        Efficiency().verdict(means_of([train, score])) == "Mean time of a cycle: 6.0 s (entropy)."
    )


def test_a_run_that_trained_nothing(bare: RunFolder) -> None:
    with (
        opened(Source(bare.path, Arm("random"), 0), "cpu") as subject,
        pytest.raises(CryoalError, match="no training is finished yet; let the run go on"),
    ):
        Efficiency().measure(subject, silently)


def test_the_whole_run_is_timed(subject: Subject) -> None:
    found = {str(one.keys["phase"]): one for one in Efficiency().measure(subject, silently)}
    assert found.keys() == {"train", "evaluate", "score", "query"}
    assert [one.sizes["cycles"] for one in found.values()] == [3, 3, 2, 2]
    recorded = subject.journal.phase_seconds()
    expected = np.mean([recorded[cycle, "train"] for cycle in (1, 2, 3)])
    assert found["train"].values["seconds"] == pytest.approx(expected)
