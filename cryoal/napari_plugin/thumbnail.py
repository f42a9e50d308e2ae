"""A small grey picture with a coloured edge."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from qtpy.QtCore import QRectF, Qt
from qtpy.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from qtpy.QtWidgets import QWidget

ROUNDING_PX = 5.0


class Thumbnail(QWidget):
    """A square of ``size_px``; empty until it is given a picture."""

    def __init__(self, size_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(size_px, size_px)
        self.pixmap: QPixmap | None = None
        self.edge: QColor | None = None

    def show_picture(self, grey: npt.NDArray[np.uint8] | None, edge: str | None = None) -> None:
        """Draw (H, W) greys, or nothing, with an edge of the colour ``#rrggbb``."""
        self.edge = None if edge is None else QColor(edge)
        self.pixmap = None if grey is None else self._scaled(grey)
        self.update()

    def _scaled(self, grey: npt.NDArray[np.uint8]) -> QPixmap:
        height, width = grey.shape
        image = QImage(
            np.ascontiguousarray(grey).tobytes(),
            width,
            height,
            width,
            QImage.Format.Format_Grayscale8,
        )
        side = round(self.width() * self.devicePixelRatioF())
        return QPixmap.fromImage(image).scaled(
            side,
            side,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        shape = QPainterPath()
        shape.addRoundedRect(area, ROUNDING_PX, ROUNDING_PX)
        painter.fillPath(shape, QColor(0, 0, 0, 90))
        if self.pixmap is not None:
            painter.save()
            painter.setClipPath(shape)
            painter.drawPixmap(self.rect(), self.pixmap)
            painter.restore()
        if self.edge is not None:
            painter.setPen(QPen(self.edge, 2))
            painter.drawPath(shape)
        painter.end()
