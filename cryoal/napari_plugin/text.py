"""Labels and other small parts that all panels are made of."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QLabel, QPushButton, QWidget


def label(text: str = "", role: str = "", wrap: bool = False) -> QLabel:
    """Plain text in one of the roles of :mod:`cryoal.napari_plugin.style`."""
    widget = QLabel(text)
    widget.setTextFormat(Qt.TextFormat.PlainText)
    widget.setWordWrap(wrap)
    if role:
        widget.setProperty("role", role)
    return widget


def key_cap(key: str) -> QLabel:
    """A key as it looks on a keyboard."""
    widget = label(key, "key")
    widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return widget


def button(text: str, tip: str = "") -> QPushButton:
    """A button that leaves the keyboard where it is."""
    widget = QPushButton(text)
    widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    widget.setToolTip(tip)
    return widget


def card() -> QFrame:
    """A frame around what belongs together."""
    frame = QFrame()
    frame.setProperty("card", True)
    return frame


def restyle(widget: QWidget) -> None:
    """Draw a widget by its changed properties."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
