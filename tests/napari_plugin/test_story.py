from __future__ import annotations

import shutil
from pathlib import Path

import display  # noqa: F401
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from windows import window_on

from cryoal.labelling.opening import open_session
from cryoal.runs.answers import Outcome


def test_the_whole_story_by_keys(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        seen = []
        for number in range(10):
            assert window.desk.entry is not None
            seen.append(window.desk.entry.item)
            window.press(str(number % 3 + 1))
        assert len(set(seen)) == 10
        assert window.desk.session.progress().done == 10
        window.press("U", "U")
        assert window.desk.entry is not None
        assert window.desk.entry.item == seen[8]
        assert window.desk.session.progress().done == 8
        window.press("N", "a ring", "Enter")
        window.press("J")
        window.settle()
        assert window.page.card.count.text() == "10 of 12"

    with_answers = open_session(run, "ann")
    names = {one.position: one.name for one in with_answers.classes()}
    entries = {entry.item: entry for entry in with_answers.entries()}
    labels = [entries[item].decision.label for item in seen[:8]]
    assert labels == [0, 1, 2, 0, 1, 2, 0, 1]
    ring = entries[seen[8]].decision.label
    assert ring is not None
    assert names[ring] == "a ring"
    assert entries[seen[9]].decision.outcome is Outcome.JUNK
    with_answers.close()

    with window_on(run, qtbot) as window:
        training = window.page.training
        assert training is not None
        window.settle()
        assert not training.train.isEnabled()
        assert "2 volumes still wait" in training.reason.text()
        window.press("U")
        assert window.desk.entry is not None
        assert window.desk.entry.item == seen[9]
        window.press("R", "Right", "1", "4")
        assert window.desk.entry is None
        assert "answered" in window.page.banner.text.text()
        window.settle()
        assert training.train.isEnabled()
        with qtbot.waitSignal(training.trained, timeout=120_000):
            qtbot.mouseClick(training.train, Qt.MouseButton.LeftButton)
            assert training.cancel.isVisible()
        assert window.desk.session.query is not None
        assert window.desk.session.query.cycle == 1
        assert window.desk.entry is not None
        assert window.desk.entry.item not in seen
        assert window.desk.entry.prediction is not None
        window.settle()
        assert window.page.card.count.text() == "0 of 6"
        assert window.page.surroundings.neighbours.names[0].isVisible()
    shutil.rmtree(run)
