"""What is near the item on screen: to the model, and in its tomogram."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from cryoal.labelling.entry import Entry
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.neighbour_strip import NeighbourStrip
from cryoal.napari_plugin.text import button, label
from cryoal.napari_plugin.tomogram_map import TomogramMap


class Surroundings(QWidget):
    """Nearest labelled items or the map of the tomogram, in one place.

    Takes no room where no item is on screen; has no map where the pool knows of no coordinates.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.neighbours = NeighbourStrip(desk)
        self.map = TomogramMap(desk)
        self.no_map = label(role="faint", wrap=True)
        self.no_map.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.stack = QStackedWidget()
        for widget in (self.neighbours, self.map, self.no_map):
            self.stack.addWidget(widget)
        self.show_neighbours = self._head("NEAREST LABELLED")
        self.show_map = self._head("TOMOGRAM")
        self.show_neighbours.setChecked(True)
        heads = QHBoxLayout()
        heads.setSpacing(14)
        for head in (self.show_neighbours, self.show_map):
            head.toggled.connect(self.refresh)
            heads.addWidget(head)
        heads.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(heads)
        layout.addWidget(self.stack)
        desk.shown.connect(self.show_entry)

    @staticmethod
    def _head(text: str) -> QPushButton:
        head = button(text)
        head.setCheckable(True)
        head.setAutoExclusive(True)
        head.setProperty("head", True)
        return head

    def limit(self, rows: int) -> None:
        """Take the room of ``rows`` rows of pictures."""
        self.neighbours.limit(rows)
        self.map.limit(rows)

    def show_entry(self, entry: Entry | None) -> None:
        """Offer what is known around the item."""
        self.setVisible(entry is not None)
        why = self.desk.session.source.why_no_places
        self.no_map.setText(f"No map: {why}." if why else "")
        is_placed = entry is not None and self.map.knows(entry)
        self.show_map.setVisible(is_placed or bool(why))
        self.refresh()

    def refresh(self) -> None:
        """Show what was chosen."""
        if not self.show_map.isChecked() or self.show_map.isHidden():
            self.stack.setCurrentWidget(self.neighbours)
        elif self.no_map.text():
            self.stack.setCurrentWidget(self.no_map)
        else:
            self.stack.setCurrentWidget(self.map)
