"""One message above everything else."""

from __future__ import annotations

from typing import Literal

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QFrame, QHBoxLayout, QWidget

from cryoal.napari_plugin.text import button, label, restyle


class MessageBanner(QFrame):
    """Says what went wrong or what comes next, until it is closed or something else is said.

    It lies over the top of ``over``, so that nothing moves under the mouse when it comes or goes.

    Attributes:
        is_error: whether what was said last went wrong.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.over = over
        self.is_error = False
        self.text = label(wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close = button("×", "Close this message")
        close.setProperty("close", True)
        close.setFixedSize(24, 20)
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 6, 8)
        row.addWidget(self.text, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        over.installEventFilter(self)
        self.hide()

    def say(self, text: str, kind: Literal["plain", "error"] = "plain") -> None:
        """Show ``text``; an error is coloured as one."""
        self.is_error = kind == "error"
        self.text.setText(text)
        self.setProperty("message", kind)
        restyle(self)
        self._fit()
        self.show()
        self.raise_()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def _fit(self) -> None:
        """As wide as what it lies over, as high as its words need."""
        inside = self.over.contentsRect()
        width = inside.width()
        self.setGeometry(inside.left(), inside.top(), width, self.heightForWidth(width))
