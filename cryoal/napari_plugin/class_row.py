"""One class to answer with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget
from superqt import QElidingLabel

from cryoal.napari_plugin.class_style import colour_of
from cryoal.napari_plugin.text import key_cap, label, restyle
from cryoal.napari_plugin.thumbnail import Thumbnail
from cryoal.runs.class_table import LabelClass

PICTURE_PX = 30


class ClassRow(QFrame):
    """Key, average, name and count of a class; a click answers with it."""

    clicked = Signal(int)

    def __init__(
        self, label_class: LabelClass, key: str | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.position = label_class.position
        self.colour = colour_of(label_class)
        self.setProperty("row", True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(f"{label_class.name}: answer with it ({key or 'no key left'})")
        self.picture = Thumbnail(PICTURE_PX)
        self.picture.show_picture(None, self.colour)
        name = QElidingLabel(label_class.name)
        self.probability = label(role="faint")
        self.count: QLabel = label("0", "number")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 2, 12, 2)
        layout.setSpacing(10)
        layout.addWidget(key_cap(key or ""))
        layout.addWidget(self.picture)
        layout.addWidget(name, 1)
        layout.addWidget(self.probability)
        layout.addWidget(self.count)

    def show_average(self, grey: npt.NDArray[np.uint8] | None) -> None:
        """Draw the class's average, (H, W), or nothing where there is none."""
        self.picture.show_picture(grey, self.colour)

    def show_state(self, chosen: bool, probability: float | None) -> None:
        """Mark the answer given to the item on screen, and the model's guess."""
        self.probability.setText("" if probability is None else f"{probability:.0%}")
        if self.property("chosen") != chosen:
            self.setProperty("chosen", chosen)
            restyle(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(self.position)
