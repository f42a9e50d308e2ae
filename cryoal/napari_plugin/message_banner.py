"""One message above everything else."""

from __future__ import annotations

from typing import Literal

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QHBoxLayout, QWidget

from cryoal.napari_plugin.text import button, label, restyle


class MessageBanner(QFrame):
    """Says what went wrong or what comes next, until it is closed or something else is said.

    Attributes:
        is_error: whether what was said last went wrong.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_error = False
        self.text = label(wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close = button("×", "Close this message")
        close.setProperty("close", True)
        close.setFixedSize(24, 20)
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 8, 6, 8)
        layout.addWidget(self.text, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def say(self, text: str, kind: Literal["plain", "error"] = "plain") -> None:
        """Show ``text``; an error is coloured as one."""
        self.is_error = kind == "error"
        self.text.setText(text)
        self.setProperty("message", kind)
        restyle(self)
        self.show()
