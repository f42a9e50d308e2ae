from __future__ import annotations

import sys
import time
from pathlib import Path

import display  # noqa: F401
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QProcess

from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.training_panel import TrainingPanel
from cryoal.napari_plugin.training_process import TrainingProcess
from cryoal.runs.answers import Outcome


@pytest.fixture
def panel(desk: Desk, qtbot: QtBot) -> TrainingPanel:
    process = TrainingProcess(desk.session.source.path)
    made = TrainingPanel(desk, process)
    process.setParent(made)
    qtbot.addWidget(made)
    made.show()
    desk.start()
    return made


def test_nothing_to_do_is_disabled_with_its_reason(panel: TrainingPanel) -> None:
    assert not panel.train.isEnabled()
    assert "12 volumes still wait" in panel.train.toolTip()
    assert panel.reason.isVisible()
    assert not panel.proceed.isVisible()


def test_some_answers_allow_to_go_on_without_the_rest(panel: TrainingPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.desk.settled):
        panel.desk.answer(Outcome.CLASS, 0)
    assert not panel.train.isEnabled()
    assert panel.proceed.isVisible()


def test_cancel_stops_it_and_says_that_nothing_is_lost(panel: TrainingPanel, qtbot: QtBot) -> None:
    for _ in range(12):
        panel.desk.answer(Outcome.CLASS, 0)
    with qtbot.waitSignal(panel.process.process.started):
        panel.start()
    assert panel.cancel.isVisible()
    assert not panel.train.isEnabled()
    with qtbot.waitSignal(panel.failed, timeout=20_000) as failed:
        panel.cancel.click()
    assert "Cancelled" in failed.args[0]
    assert panel.train.isEnabled()
    assert not panel.process.running


def test_what_was_cancelled_after_the_query_was_closed_can_go_on(
    panel: TrainingPanel, qtbot: QtBot
) -> None:
    for label in (0, 1):
        panel.desk.answer(Outcome.CLASS, label)
    panel.desk.settled.disconnect(panel.refresh)
    session = panel.desk.session

    def query_is_closed() -> bool:
        panel.desk.refresh()
        return session.query is None

    panel.start(proceed=True)
    qtbot.waitUntil(query_is_closed, timeout=60_000)
    with qtbot.waitSignal(panel.failed, timeout=20_000):
        panel.cancel.click()
    panel.refresh()
    assert session.progress().total == 0
    assert panel.train.isEnabled()
    assert not panel.reason.isVisible()
    with qtbot.waitSignal(panel.trained, timeout=120_000):
        panel.train.click()
    panel.desk.refresh()
    assert session.query is not None


def test_a_finished_run_has_nothing_to_train(panel: TrainingPanel) -> None:
    database = panel.desk.session.source.database
    cycles = panel.desk.session.source.folder.settings.cycles
    with database.transaction():
        for cycle, phase in ((0, "label"), (cycles, "evaluate")):
            database.db.execute("INSERT INTO phases VALUES (?, ?, 0, 0)", (cycle, phase))
    panel.desk.session._load()
    panel.refresh()
    assert not panel.train.isEnabled()
    assert panel.reason.text().startswith("Every cycle of the run is done")


def test_a_read_only_run_cannot_be_trained(
    panel: TrainingPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel.desk.answer(Outcome.CLASS, 0)
    panel.refresh()
    assert panel.proceed.isVisible()
    monkeypatch.setattr(panel.desk.session.source.database, "writable", False)
    panel.refresh()
    assert not panel.proceed.isVisible()
    assert not panel.train.isEnabled()
    assert "read-only" in panel.reason.text()


def test_what_does_not_stop_when_asked_is_killed(
    panel: TrainingPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deaf = tmp_path / "deaf"
    deaf.write_text("#!/bin/sh\ntrap '' TERM\necho ready\nwhile :; do sleep 0.1; done\n")
    deaf.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(deaf))
    panel.process._patience.setInterval(500)
    with qtbot.waitSignal(panel.process.line):
        panel.start()
    started = time.monotonic()
    panel.cancel.click()
    assert time.monotonic() - started < 0.2
    assert panel.line.text() == "Stopping …"
    with qtbot.waitSignal(panel.failed, timeout=20_000) as failed:
        qtbot.wait(250)
        assert panel.process.running
    assert "Cancelled" in failed.args[0]
    assert not panel.process.running
    assert panel.process.process.exitStatus() == QProcess.ExitStatus.CrashExit


@pytest.mark.parametrize(
    ("signal", "what"),
    [("KILL", "was stopped from outside"), ("TERM", "was stopped from"), ("SEGV", "crashed")],
)
def test_a_training_that_is_killed_is_told_in_plain_words(
    panel: TrainingPanel,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    signal: str,
    what: str,
) -> None:
    victim = tmp_path / "victim"
    victim.write_text(f"#!/bin/sh\necho 'training: 3/9, 1081 s left'\nkill -{signal} $$\n")
    victim.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(victim))
    with qtbot.waitSignal(panel.failed, timeout=20_000) as failed:
        panel.start()
    assert failed.args[0].startswith(f"The training {what}")
    assert "it goes on from where it stood" in failed.args[0]
    assert "1081" not in failed.args[0]


def test_an_error_of_the_run_is_told_in_its_words(
    panel: TrainingPanel, qtbot: QtBot, desk: Desk
) -> None:
    for _ in range(12):
        desk.answer(Outcome.CLASS, 0)
    (desk.session.source.path / "config.yaml").write_text("scheme: [")
    with qtbot.waitSignal(panel.failed, timeout=60_000) as failed:
        panel.start()
    assert "config.yaml" in failed.args[0]
    assert "Traceback" not in failed.args[0]


def test_progress_lines_move_the_bar(panel: TrainingPanel) -> None:
    panel.process._take("cycle 1: training on 30 labels: 68/150, 0.6/s, 140 s left")
    assert (panel.bar.value(), panel.bar.maximum()) == (68, 150)
    assert panel.line.text().startswith("cycle 1: training on 30 labels: 68 of 150")
    panel.process._take("cycle labels accuracy balanced macro F1")
    assert panel.line.text().startswith("cycle 1: training on 30 labels: 68 of 150")
