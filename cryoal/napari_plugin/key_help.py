"""All keys at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt
from qtpy.QtGui import QKeySequence, QMouseEvent, QShortcut
from qtpy.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from cryoal.labelling.session import LabelSession
from cryoal.napari_plugin.key_bindings import Command
from cryoal.napari_plugin.style import HELP
from cryoal.napari_plugin.text import key_cap, label


class KeyHelp(QFrame):
    """A sheet over the window; ?, Esc or a click closes it."""

    def __init__(self, window: QWidget, session: LabelSession, commands: Sequence[Command]) -> None:
        super().__init__(window)
        self.setObjectName("keyHelp")
        self.setStyleSheet(HELP)
        self.over = window
        self.session = session
        self.commands = commands
        self.sheet = QWidget(self)
        self.layer = QVBoxLayout(self)
        self.layer.setContentsMargins(28, 22, 28, 24)
        escape = QShortcut(QKeySequence("Esc"), self)
        escape.setContext(Qt.ShortcutContext.WindowShortcut)
        escape.activated.connect(self.hide)
        self.hide()

    def toggle(self) -> None:
        """Show the keys as they are now, or close the sheet."""
        if self.isVisible():
            self.hide()
            return
        self._write()
        self.adjustSize()
        size = self.over.size()
        self.move((size.width() - self.width()) // 2, (size.height() - self.height()) // 2)
        self.show()
        self.raise_()

    def _write(self) -> None:
        self.layer.removeWidget(self.sheet)
        self.sheet.deleteLater()
        self.sheet = QWidget()
        grid = QGridLayout(self.sheet)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(9)
        grid.setColumnMinimumWidth(2, 30)
        grid.addWidget(label("Keys", "title"), 0, 0, 1, 5)
        grid.addWidget(label("CLASSES", "heading"), 1, 0, 1, 2)
        grid.addWidget(label("EVERYTHING ELSE", "heading"), 1, 3, 1, 2)
        rows = [((key,), one.name) for key, one in self.session.keys().items()]
        self._fill(grid, 0, rows or [(("N",), "makes the first class")])
        self._fill(grid, 3, [(command.caps, command.says) for command in self.commands])
        self.layer.addWidget(self.sheet)

    @staticmethod
    def _fill(grid: QGridLayout, column: int, rows: Sequence[tuple[tuple[str, ...], str]]) -> None:
        for row, (caps, says) in enumerate(rows, start=2):
            keys = QHBoxLayout()
            keys.setSpacing(4)
            for cap in caps:
                keys.addWidget(key_cap(cap))
            keys.addStretch(1)
            grid.addLayout(keys, row, column)
            grid.addWidget(label(says), row, column + 1)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.hide()
