"""Where in its tomogram the item on screen lies."""

from __future__ import annotations

from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import QWidget

from cryoal.labelling.source import Position
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.style import ACCENT

HEIGHT_PX = 150
MARGIN_PX = 8


class TomogramMap(QWidget):
    """The tomogram from above: one dot an item, the one on screen large; z as a tick at the edge.

    Takes no room where coordinates are not known.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.group: str | None = None
        self.places: list[Position] = []
        self.setFixedHeight(HEIGHT_PX)
        self.setToolTip("Queried and labelled items of this tomogram from above; z at the right")
        self.hide()
        desk.settled.connect(self.refresh)

    def refresh(self) -> None:
        """Draw the tomogram of the item on screen."""
        entry = self.desk.entry
        known = entry is not None and entry.position_A is not None
        self.setVisible(known)
        if entry is None or not known:
            return
        if not self.places or self.group != entry.group:
            self.group = entry.group
            self.places = self._places(entry.group)
        self.update()

    def _places(self, group: str | None) -> list[Position]:
        """Where the items of a tomogram lie; thousands, so not looked for at each drawing."""
        others = self.desk.session.entries()
        return [
            other.position_A
            for other in others
            if other.group == group and other.position_A is not None
        ]

    def paintEvent(self, _event: QPaintEvent) -> None:
        entry = self.desk.entry
        if entry is None or entry.position_A is None:
            return
        places = [*self.places, entry.position_A]
        low = [min(at) for at in zip(*places, strict=True)]
        span = [max(max(at) - min(at), 1.0) for at in zip(*places, strict=True)]
        area = QRectF(self.rect()).adjusted(MARGIN_PX, MARGIN_PX, -4 * MARGIN_PX, -MARGIN_PX)
        scale = min(area.width() / span[0], area.height() / span[1])
        left = area.left() + (area.width() - span[0] * scale) / 2
        bottom = area.bottom() - (area.height() - span[1] * scale) / 2

        def at(place: Position) -> QPointF:
            return QPointF(left + (place[0] - low[0]) * scale, bottom - (place[1] - low[1]) * scale)

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(128, 134, 148, 28))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.setBrush(QColor(160, 168, 182, 130))
        for place in places:
            painter.drawEllipse(at(place), 2.0, 2.0)
        painter.setBrush(QColor(ACCENT))
        painter.drawEllipse(at(entry.position_A), 5.0, 5.0)
        ruler = self.width() - 2 * MARGIN_PX
        painter.setPen(QPen(QColor(160, 168, 182, 130), 2))
        painter.drawLine(QPointF(ruler, area.top()), QPointF(ruler, area.bottom()))
        depth = area.bottom() - (entry.position_A[2] - low[2]) / span[2] * area.height()
        painter.setPen(QPen(QColor(ACCENT), 3))
        painter.drawLine(QPointF(ruler - 5, depth), QPointF(ruler + 5, depth))
        painter.end()
