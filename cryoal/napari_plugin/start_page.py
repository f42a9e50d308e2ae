"""Chooses what to label."""

from __future__ import annotations

import getpass
from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from cryoal.napari_plugin.preferences import Preferences
from cryoal.napari_plugin.text import button, label

INTRODUCTION = (
    "Open a run that waits for labels, or a bundle that somebody sent you. "
    "cryoal shows the volumes that help the model most, one after the other; "
    "one key gives each its class."
)


class StartPage(QWidget):
    """A path, a name and a button.

    Attributes:
        below: the room that is left under them.
    """

    chosen = Signal(object, str)
    """``Path`` and annotator."""

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.below = QWidget()
        self.path = QLineEdit()
        self.path.setPlaceholderText("Run folder or .cryoal file")
        self.annotator = QLineEdit(preferences.annotator or user_name())
        self.annotator.setPlaceholderText("Your name, kept with each label")
        folder = button("Run folder …")
        folder.clicked.connect(self._choose_folder)
        bundle = button("Bundle …")
        bundle.clicked.connect(self._choose_bundle)
        self.open_button = button("Open")
        self.open_button.setProperty("main", True)
        self.open_button.clicked.connect(self._open)
        self.path.textChanged.connect(self._check)
        self.annotator.textChanged.connect(self._check)
        self.path.returnPressed.connect(self._open)
        self.annotator.returnPressed.connect(self._open)
        choose = QHBoxLayout()
        choose.addWidget(folder, 1)
        choose.addWidget(bundle, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label("Label volumes", "title"))
        layout.addWidget(label(INTRODUCTION, "faint", wrap=True))
        layout.addSpacing(8)
        layout.addWidget(label("WHAT", "heading"))
        layout.addWidget(self.path)
        layout.addLayout(choose)
        layout.addSpacing(8)
        layout.addWidget(label("WHO", "heading"))
        layout.addWidget(self.annotator)
        layout.addSpacing(8)
        layout.addWidget(self.open_button)
        layout.addWidget(self.below, 1)
        self._check()

    def _check(self) -> None:
        self.open_button.setEnabled(
            bool(self.path.text().strip() and self.annotator.text().strip())
        )

    def _choose_folder(self) -> None:
        if path := QFileDialog.getExistingDirectory(self, "Run folder"):
            self.path.setText(path)

    def _choose_bundle(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Bundle", "", "Bundles (*.cryoal)")
        if path:
            self.path.setText(path)

    def _open(self) -> None:
        if self.open_button.isEnabled():
            path = Path(self.path.text().strip()).expanduser()
            self.chosen.emit(path, self.annotator.text().strip())


def user_name() -> str:
    """Name of the user of this machine, empty where it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
