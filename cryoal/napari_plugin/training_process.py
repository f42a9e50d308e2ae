"""A run that trains in a process of its own."""

from __future__ import annotations

import re
import signal
import sys
from collections import deque
from pathlib import Path

from qtpy.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

PROGRESS = re.compile(r"^(?P<what>.+?): (?P<done>\d+)/(?P<total>\d+)\b")
KILL_MS = 3000
GRACE_MS = 10_000
STOPS = frozenset(
    getattr(signal, name)
    for name in ("SIGHUP", "SIGINT", "SIGKILL", "SIGTERM")
    if hasattr(signal, name)
)
"""Signals that come from outside."""


class TrainingProcess(QObject):
    """``cryoal run`` on a run folder, with what it prints as signals.

    A run that is stopped at any point goes on from there the next time.

    Attributes:
        started: it was.
        line: one line that it printed.
        progressed: what is being done, how many of how many.
        finished: whether it ended well, and its last words where it did not.
    """

    started = Signal()
    line = Signal(str)
    progressed = Signal(str, int, int)
    finished = Signal(bool, str)

    def __init__(self, run: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.run = run
        self.cancelled = False
        self.last = deque[str](maxlen=20)
        self._rest = ""
        self.process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        self.process.setProcessEnvironment(environment)
        self.process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        self.process.readyRead.connect(self._read)
        self.process.finished.connect(self._end)
        self.process.errorOccurred.connect(self._fail)
        self._patience = QTimer(self, singleShot=True, interval=GRACE_MS)
        self._patience.timeout.connect(self.process.kill)

    @property
    def running(self) -> bool:
        """Whether it has been started and not ended."""
        return self.process.state() != QProcess.ProcessState.NotRunning

    def start(self, proceed: bool = False) -> None:
        """Train, score and query again; ``proceed`` does not wait for what is unanswered."""
        self.cancelled = False
        self.last.clear()
        self._rest = ""
        arguments = ["-m", "cryoal_cli", "run", "--out", str(self.run)]
        self.process.start(sys.executable, arguments + ["--proceed"] * proceed)
        self.started.emit()

    def cancel(self) -> None:
        """Stop it, by force after ten seconds; what was finished stays."""
        self.cancelled = True
        self.process.terminate()
        self._patience.start()

    def close(self) -> None:
        """Stop it and wait until it is gone."""
        if self.running:
            self.process.blockSignals(True)
            self.process.terminate()
            if not self.process.waitForFinished(KILL_MS):
                self.process.kill()
                self.process.waitForFinished(KILL_MS)

    def _read(self) -> None:
        text = self._rest + bytes(self.process.readAll().data()).decode(errors="replace")
        *lines, self._rest = text.split("\n")
        for line in lines:
            self._take(line.rstrip())

    def _take(self, line: str) -> None:
        if not line:
            return
        self.last.append(line)
        self.line.emit(line)
        if found := PROGRESS.match(line):
            self.progressed.emit(found["what"], int(found["done"]), int(found["total"]))

    def _end(self, code: int, status: QProcess.ExitStatus) -> None:
        self._patience.stop()
        self._read()
        self._take(self._rest)
        self._rest = ""
        well = code == 0 and status == QProcess.ExitStatus.NormalExit
        self.finished.emit(well, "" if well else self._last_words(code, status))

    def _fail(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.finished.emit(False, f"{sys.executable} could not be started")

    def _last_words(self, code: int, status: QProcess.ExitStatus) -> str:
        if self.cancelled:
            return "Cancelled. What was finished is kept; training goes on from there."
        if status == QProcess.ExitStatus.CrashExit:
            what = "was stopped from outside" if code in STOPS else f"crashed (signal {code})"
            return f"The training {what}. Train again, and it goes on from where it stood."
        errors = [line for line in self.last if line.startswith("error:")]
        if errors:
            return errors[-1].removeprefix("error:").strip()
        return f"Training ended with code {code}. " + (self.last[-1] if self.last else "")
