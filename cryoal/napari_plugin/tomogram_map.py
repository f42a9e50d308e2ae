"""Where in its tomogram the item on screen lies."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import QSizePolicy, QWidget

from cryoal.labelling.entry import Entry
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.style import ACCENT
from cryoal.pools.places import Tomogram

MARGIN_PX = 8
ROW_PX = 120
"""Height for each row of pictures that it takes the place of."""

RULER_PX = 84
"""Room at the right for z, and at the left for the scale."""

FAINT = QColor(160, 168, 182, 130)
WORDS = QColor("#9aa3b2")
CARD = QColor(128, 134, 148, 28)


class TomogramMap(QWidget):
    """The tomogram from above, x to the right and y down as in the slabs; z at the right.

    A dot an item, whether it was asked for or not, and the one on screen large. The tomogram is
    as large as the pool's file says, or else as far as its items reach.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.wanted_px = ROW_PX
        self.group: str | None = None
        self.tomogram: Tomogram | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip("All items of this tomogram from above, y down; z at the right")
        desk.settled.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(300, 0 if self.tomogram is None else self.wanted_px)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 0)

    def limit(self, rows: int) -> None:
        """Be as high as ``rows`` rows of pictures."""
        self.wanted_px = rows * ROW_PX
        self.updateGeometry()

    def knows(self, entry: Entry) -> bool:
        """Whether there is a map of the item's tomogram."""
        if entry.position_A is not None and (self.tomogram is None or self.group != entry.group):
            self.group = entry.group
            self.tomogram = self.desk.session.source.tomogram(entry.group)
            self.updateGeometry()
        return entry.position_A is not None and self.tomogram is not None

    @property
    def area(self) -> QRectF:
        """Where the tomogram is drawn, as large as fits."""
        room = QRectF(self.rect()).adjusted(RULER_PX, MARGIN_PX, -RULER_PX, -MARGIN_PX)
        if self.tomogram is None:
            return room
        width, height = (float(edge) for edge in self.span_A[:2])
        scale = min(room.width() / width, room.height() / height)
        area = QRectF(0, 0, width * scale, height * scale)
        area.moveCenter(room.center())
        return area

    @property
    def span_A(self) -> npt.NDArray[np.float64]:
        """Edges (x, y, z) of the tomogram; never 0."""
        assert self.tomogram is not None
        low, high = self.tomogram.box_A
        span: npt.NDArray[np.float64] = np.maximum(high - low, 1.0)
        return span

    def at(self, place_A: npt.ArrayLike) -> QPointF:
        """A place (x, y, z) in the picture."""
        assert self.tomogram is not None
        x, y, _ = (np.asarray(place_A) - self.tomogram.box_A[0]) / self.span_A
        return QPointF(
            self.area.left() + x * self.area.width(), self.area.top() + y * self.area.height()
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(CARD)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        entry = self.desk.entry
        if entry is not None and self.knows(entry):
            assert self.tomogram is not None
            assert entry.position_A is not None
            self._draw_places(painter, self.tomogram, entry.position_A)
            self._draw_scale(painter)
            self._draw_depth(painter, self.tomogram, entry.position_A[2])
        painter.end()

    def _draw_places(
        self, painter: QPainter, tomogram: Tomogram, here: tuple[float, float, float]
    ) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(FAINT, 1))
        painter.drawRect(self.area)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(FAINT)
        for place in tomogram.places_A:
            painter.drawEllipse(self.at(place), 2.0, 2.0)
        painter.setBrush(QColor(ACCENT))
        painter.drawEllipse(self.at(here), 5.0, 5.0)

    def _draw_scale(self, painter: QPainter) -> None:
        """A bar of a round length, as long as fits beside the tomogram, and its length."""
        scale = self.area.width() / self.span_A[0]
        length_A = round_length((RULER_PX - 2 * MARGIN_PX) / scale)
        bottom = self.rect().bottom() - MARGIN_PX
        painter.setPen(QPen(WORDS, 2))
        painter.drawLine(QPointF(MARGIN_PX, bottom), QPointF(MARGIN_PX + length_A * scale, bottom))
        words = QRectF(MARGIN_PX, bottom - 20, RULER_PX - MARGIN_PX, 16)
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, f"{length_A:g} Å")

    def _draw_depth(self, painter: QPainter, tomogram: Tomogram, z_A: float) -> None:
        low, high = (float(edge) for edge in tomogram.box_A[:, 2])
        ruler = self.rect().right() - RULER_PX + 2 * MARGIN_PX
        top, bottom = self.rect().top() + 2.0 * MARGIN_PX, self.rect().bottom() - 2.0 * MARGIN_PX
        painter.setPen(QPen(FAINT, 2))
        painter.drawLine(QPointF(ruler, top), QPointF(ruler, bottom))
        depth = bottom - (z_A - low) / float(self.span_A[2]) * (bottom - top)
        painter.setPen(QPen(QColor(ACCENT), 3))
        painter.drawLine(QPointF(ruler - 5, depth), QPointF(ruler + 5, depth))
        painter.setPen(WORDS)
        for place, words in ((top, f"z {high:.0f} Å"), (bottom, f"{low:.0f}")):
            box = QRectF(ruler + 8, place - 8, RULER_PX, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)


def round_length(longest: float) -> float:
    """The largest of 1, 2, 5, 10, 20 and so on that is not longer."""
    power = 10.0 ** math.floor(math.log10(longest))
    return max(step * power for step in (1, 2, 5) if step * power <= longest)
