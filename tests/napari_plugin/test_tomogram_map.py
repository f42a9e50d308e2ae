from __future__ import annotations

import display  # noqa: F401
import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtGui import QColor

from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.style import ACCENT
from cryoal.napari_plugin.tomogram_map import TomogramMap, round_length
from cryoal.pools.places import Tomogram

BOX_A = np.array([[0.0, 0.0, 0.0], [4000.0, 2000.0, 800.0]])


def place(item: int) -> tuple[float, float, float]:
    return (1000.0 + 50 * item, 500.0 + 30 * (item % 7), 10.0 * item)


@pytest.fixture
def shown(desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> TomogramMap:
    places_A = np.array([place(item) for item in range(36)])
    source = desk.session.source
    monkeypatch.setattr(source, "position_A", place)
    monkeypatch.setattr(source, "tomogram", lambda _: Tomogram(BOX_A, places_A))
    made = TomogramMap(desk)
    qtbot.addWidget(made)
    made.resize(360, 150)
    made.show()
    with qtbot.waitSignal(desk.settled):
        desk.start()
    return made


def marked(shown: TomogramMap) -> tuple[float, float]:
    """Middle of the large dot, and the row of the tick at the right."""
    image = shown.grab().toImage()
    blue = [
        (x, y)
        for x in range(int(shown.area.right()) + 6)
        for y in range(image.height())
        if image.pixelColor(x, y) == QColor(ACCENT)
    ]
    x, y = np.mean(blue, axis=0)
    return float(x), float(y)


def test_marks_the_item_where_it_lies_in_the_tomogram(shown: TomogramMap) -> None:
    entry = shown.desk.entry
    assert entry is not None
    assert shown.knows(entry)
    x, y, _ = place(entry.item)
    area = shown.area
    assert area.width() == pytest.approx(2 * area.height())
    at = marked(shown)
    assert at[0] == pytest.approx(area.left() + x / 4000 * area.width(), abs=1.5)
    assert at[1] == pytest.approx(area.top() + y / 2000 * area.height(), abs=1.5)


def test_is_the_same_whatever_is_listed(shown: TomogramMap, qtbot: QtBot) -> None:
    before = shown.grab().toImage()
    with qtbot.waitSignal(shown.desk.settled):
        shown.desk.arrange(lambda: shown.desk.session.filter(state="decided"))
    assert shown.desk.session.entries() == []
    shown.tomogram = None
    assert shown.grab().toImage() == before


@pytest.mark.parametrize(
    ("longest", "length"), [(1.0, 1), (4.9, 2), (5, 5), (99, 50), (2345, 2000), (0.3, 0.2)]
)
def test_the_scale_has_a_round_length(longest: float, length: float) -> None:
    assert round_length(longest) == pytest.approx(length)
