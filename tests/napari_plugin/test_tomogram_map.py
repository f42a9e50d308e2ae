from __future__ import annotations

import display  # noqa: F401
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtGui import QColor

from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.style import ACCENT
from cryoal.napari_plugin.tomogram_map import TomogramMap


def test_takes_no_room_without_coordinates(desk: Desk, qtbot: QtBot) -> None:
    shown = TomogramMap(desk)
    qtbot.addWidget(shown)
    with qtbot.waitSignal(desk.settled):
        desk.start()
    assert not shown.isVisible()


def test_marks_the_item_on_screen(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        desk.session.source, "position_A", lambda item: (10.0 * item, 5.0 * (item % 7), 1.0 * item)
    )
    shown = TomogramMap(desk)
    qtbot.addWidget(shown)
    shown.resize(300, 150)
    with qtbot.waitSignal(desk.settled):
        desk.start()
    assert shown.isVisible()
    assert len(shown.places) == 12
    image = shown.grab().toImage()
    marked = [
        x
        for x in range(260)
        for y in range(image.height())
        if image.pixelColor(x, y) == QColor(ACCENT)
    ]
    assert desk.entry is not None
    order = sorted(item for item in desk.session.query.items) if desk.session.query else []
    share = (desk.entry.item - order[0]) / (order[-1] - order[0])
    left, right = 8, 300 - 32
    assert sum(marked) / len(marked) == pytest.approx(left + share * (right - left), abs=30)
