"""Train and query again without leaving the window."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget
from superqt import QElidingLabel

from cryoal.counted import counted
from cryoal.labelling.progress import Progress
from cryoal.labelling.run_source import RunSource
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.text import button, label
from cryoal.napari_plugin.training_process import TrainingProcess


class TrainingPanel(QWidget):
    """A button that trains in another process, why it cannot, how far it is, and cancel."""

    failed = Signal(str)
    trained = Signal()

    def __init__(self, desk: Desk, process: TrainingProcess, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.process = process
        self.train = button("Train and query again")
        self.train.setProperty("main", True)
        self.proceed = button("Go on without the rest")
        self.proceed.setToolTip("Train on what is labelled now; the rest can be asked for again")
        self.cancel = button("Cancel", "Stop training; what was finished is kept")
        self.reason = label(role="faint", wrap=True)
        self.line = QElidingLabel()
        self.line.setProperty("role", "faint")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self._lay_out()
        self.train.clicked.connect(lambda: self.start(proceed=False))
        self.proceed.clicked.connect(lambda: self.start(proceed=True))
        self.cancel.clicked.connect(self.stop)
        process.progressed.connect(self._progress)
        process.finished.connect(self._finish)
        desk.settled.connect(self.refresh)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.train, 1)
        buttons.addWidget(self.proceed)
        buttons.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for widget in (self.bar, self.line, self.reason):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        self.refresh()

    def start(self, proceed: bool = False) -> None:
        """Begin in another process; ``proceed`` leaves unanswered what is unanswered."""
        self.bar.setRange(0, 0)
        self.line.setText("Starting …")
        self.process.start(proceed)
        self.refresh()

    def stop(self) -> None:
        """End it, if need be by force a little later."""
        self.bar.setRange(0, 0)
        self.line.setText("Stopping …")
        self.process.cancel()

    def refresh(self) -> None:
        """Enable what can be done now and say why the rest cannot."""
        running = self.process.running
        progress = self.desk.session.progress()
        reason = self._reason(progress)
        self.bar.setVisible(running)
        self.line.setVisible(running)
        self.cancel.setVisible(running)
        self.train.setEnabled(not running and not reason)
        self.train.setText("Training …" if running else "Train and query again")
        self.train.setToolTip(reason or "Train on all labels, then choose what to label next")
        self.proceed.setVisible(
            not running and self.desk.is_writable and progress.done > 0 and progress.waiting > 0
        )
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason) and not running)

    @property
    def is_finished(self) -> bool:
        """Whether every cycle of the run is done."""
        source = self.desk.session.source
        return isinstance(source, RunSource) and source.folder.is_finished()

    def _reason(self, progress: Progress) -> str:
        """Why there is nothing to train now; empty where there is."""
        if not self.desk.is_writable:
            return "The run is read-only, so no training can be kept."
        if progress.total == 0 and self.is_finished:
            return "Every cycle of the run is done; 'cryoal run' with more --cycles adds some."
        if progress.waiting:
            still = counted(progress.waiting, "volume still waits", "volumes still wait")
            return f"{still} for an answer."
        return ""

    def _progress(self, what: str, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.line.setText(f"{what}: {done} of {total}")

    def _finish(self, well: bool, words: str) -> None:
        self.refresh()
        if well:
            self.trained.emit()
        else:
            self.failed.emit(words)
