"""Labelled examples that the model sees near the item on screen."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QGridLayout, QVBoxLayout, QWidget
from superqt import QElidingLabel

from cryoal.errors import CryoalError
from cryoal.labelling.neighbours import Neighbour
from cryoal.napari_plugin.class_style import JUNK_COLOUR, colour_of
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.display_settings import DisplaySettings
from cryoal.napari_plugin.pictures import grey_bytes, middle_slab
from cryoal.napari_plugin.text import label
from cryoal.napari_plugin.thumbnail import Thumbnail

COLUMNS, ROWS = 3, 2
PICTURE_PX = 100

NONE_YET = "The labelled volumes most like this one appear here once a model has been trained."


class NeighbourStrip(QWidget):
    """Up to six pictures with the colour and name of their class, nearest first.

    Attributes:
        rows: of pictures at most; fewer where the window is low.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.rows = ROWS
        self.pictures = [Thumbnail(PICTURE_PX) for _ in range(COLUMNS * ROWS)]
        self.names = [QElidingLabel() for _ in self.pictures]
        self.none = label(NONE_YET, "faint", wrap=True)
        self._grey = lru_cache(maxsize=256)(self._read)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        for place, (picture, name) in enumerate(zip(self.pictures, self.names, strict=True)):
            row, column = divmod(place, COLUMNS)
            name.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            name.setFixedWidth(PICTURE_PX)
            name.setProperty("role", "faint")
            grid.addWidget(picture, 2 * row, column)
            grid.addWidget(name, 2 * row + 1, column)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(4)
        self.box.addWidget(self.none)
        self.box.addLayout(grid)
        self.box.addStretch(1)
        desk.settled.connect(self.refresh)

    def refresh(self) -> None:
        """Draw the neighbours of the item on screen."""
        entry = self.desk.entry
        found = [] if entry is None else self._nearest(entry.item)
        classes = {one.position: one for one in self.desk.session.classes()}
        self.none.setVisible(not found)
        found = found[: COLUMNS * self.rows]
        for place, (picture, name) in enumerate(zip(self.pictures, self.names, strict=True)):
            there = place < len(found)
            picture.setVisible(there)
            name.setVisible(there)
            if there:
                position = found[place].label
                label_class = None if position is None else classes.get(position)
                colour = JUNK_COLOUR if label_class is None else colour_of(label_class)
                grey = self._grey(found[place].item, self.desk.preferences.display)
                picture.show_picture(grey, colour)
                picture.setToolTip(f"cosine distance {found[place].distance:.3f}")
                name.setText("junk" if label_class is None else label_class.name)
        self.box.activate()  # by itself it keeps its size while another page is on top of it

    def limit(self, rows: int) -> None:
        """Show at most ``rows`` rows."""
        if rows != self.rows:
            self.rows = rows
            self.refresh()

    def _nearest(self, item: int) -> list[Neighbour]:
        return self.desk.session.nearest(item, len(self.pictures))

    def _read(self, item: int, settings: DisplaySettings) -> npt.NDArray[np.uint8] | None:
        """A neighbour's picture; none where its volume cannot be read."""
        try:
            volume = self.desk.session.volume(item)
        except CryoalError:
            return None
        return grey_bytes(middle_slab(volume, settings), settings.contrast)
