"""The first sentence says what happened."""

from __future__ import annotations

import pytest

from cryoal.reports.record import read_record
from cryoal.reports.summary import summary


@pytest.mark.parametrize(
    ("facts", "parts"),
    [
        ({}, ["Accuracy rose from", "at 15 labels to", "at 60 labels (36 test items", "finished"]),
        ({"cycles": 1}, ["Accuracy is", "at 15 labels (36", "finished after 1 cycle."]),
        ({"done": 2}, ["not finished: 2 of 4 cycles are done"]),
        ({"done": 0}, ["No model has been evaluated yet", "0 of 4"]),
        ({"done": -1}, ["No model has been evaluated yet", "0 of 4"]),
        ({"test": False}, ["no labelled test items, so no accuracy was measured"]),
    ],
)
def test_summary(make_run, facts: dict[str, object], parts: list[str]) -> None:
    text = summary(read_record(make_run(**facts), None))
    for part in parts:
        assert part in text
    assert "\n" not in text


@pytest.mark.parametrize(("last", "doubtful"), [(0.95, False), (0.70, True)])
def test_a_small_change_is_called_into_doubt(make_run, last: float, doubtful: bool) -> None:
    record = read_record(make_run(), None)
    record.rows[0]["accuracy"], record.rows[-1]["accuracy"] = 0.65, last
    assert ("lies inside that interval" in summary(record)) == doubtful
