"""Asks before a window that trains is closed."""

from __future__ import annotations

from qtpy.QtWidgets import QMessageBox, QWidget

QUESTION = (
    "A training is running. Stop it and close? It goes on from where it stood when you train again."
)


class ClosingQuestion(QMessageBox):
    """Stop and close, or keep open, which Esc does as well."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle("cryoal")
        self.setText(QUESTION)
        self.stop = self.addButton("Stop and close", QMessageBox.ButtonRole.AcceptRole)
        self.keep = self.addButton("Keep open", QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(self.keep)
        self.setEscapeButton(self.keep)

    def may_close(self) -> bool:
        """Ask."""
        self.exec()
        return self.clickedButton() is self.stop
