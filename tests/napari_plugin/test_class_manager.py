from __future__ import annotations

import display  # noqa: F401
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QColorDialog, QMessageBox

from cryoal.napari_plugin.class_manager import COLOUR, KEY, NAME, ClassManager
from cryoal.napari_plugin.desk import Desk
from cryoal.runs.answers import Outcome


@pytest.fixture
def manager(desk: Desk, qtbot: QtBot) -> ClassManager:
    made = ClassManager(desk)
    qtbot.addWidget(made)
    desk.start()
    return made


def names(manager: ClassManager) -> list[str]:
    return [one.name for one in manager.desk.session.classes()]


def test_lists_classes_with_keys(manager: ClassManager) -> None:
    assert manager.table.rowCount() == 3
    cells = [manager.table.item(1, column).text() for column in (NAME, KEY)]
    assert cells == ["class1", "2"]


def test_add(manager: ClassManager, qtbot: QtBot) -> None:
    manager.name.setText("ribosome")
    manager.add_button.click()
    assert names(manager)[-1] == "ribosome"
    assert manager.name.text() == ""
    with qtbot.waitSignal(manager.desk.failed) as failed:
        manager.name.setText("ribosome")
        manager.add_button.click()
    assert "already" in failed.args[0]
    assert manager.name.text() == "ribosome"


def test_rename_and_key_by_editing_a_cell(manager: ClassManager) -> None:
    manager.table.item(0, NAME).setText("proteasome")
    assert "proteasome" in names(manager)
    manager.table.item(0, KEY).setText("p")
    assert manager.desk.session.keys()["P"].name == "proteasome"


def test_a_wrong_key_is_refused_and_shown_as_it_was(manager: ClassManager, qtbot: QtBot) -> None:
    with qtbot.waitSignal(manager.desk.failed) as failed:
        manager.table.item(0, KEY).setText("J")
    assert "cannot be the key" in failed.args[0]
    assert manager.table.item(0, KEY).text() == "1"


def test_a_key_that_is_cleared_comes_back(manager: ClassManager, qtbot: QtBot) -> None:
    manager.table.item(2, KEY).setText("7")
    assert manager.table.item(2, KEY).text() == "7"
    with qtbot.waitSignal(manager.desk.failed) as failed:
        manager.table.item(2, KEY).setText(" ")
    assert failed.args[0].startswith("each class has a key; give it one of 1, 2")
    assert manager.table.item(2, KEY).text() == "7"
    assert manager.desk.session.keys()["7"].name == "class2"


def test_merge_asks_first(manager: ClassManager, monkeypatch: pytest.MonkeyPatch) -> None:
    manager.table.selectRow(0)
    assert manager.target.count() == 2
    answers = iter([QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes])
    asked = []

    def question(*said: object) -> QMessageBox.StandardButton:
        asked.append(said)
        return next(answers)

    monkeypatch.setattr(QMessageBox, "question", question)
    manager.merge_button.click()
    assert names(manager) == ["class0", "class1", "class2"]
    manager.merge_button.click()
    assert names(manager) == ["class1", "class2"]
    _, _, words, _, default = asked[0]
    assert "cannot be undone" in str(words)
    assert default == QMessageBox.StandardButton.No


def test_colour(manager: ClassManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor("#112233"))
    manager.table.cellDoubleClicked.emit(2, COLOUR)
    assert manager.desk.session.classes()[2].colour == "#112233"
    assert manager.table.item(2, COLOUR).background().color() == QColor("#112233")


def test_a_class_that_items_carry_stays(manager: ClassManager, qtbot: QtBot) -> None:
    manager.desk.answer(Outcome.CLASS, 0)
    manager.table.selectRow(0)
    with qtbot.waitSignal(manager.desk.failed) as failed:
        manager.remove_button.click()
    assert "1 answer names the class 'class0'" in failed.args[0]
    assert names(manager) == ["class0", "class1", "class2"]
    manager.table.selectRow(1)
    manager.remove_button.click()
    assert names(manager) == ["class0", "class2"]
    assert manager.selected is None
    assert not manager.remove_button.isEnabled()
    manager.remove_button.click()
    assert names(manager) == ["class0", "class2"]


def test_the_chosen_class_stays_chosen_when_others_go(manager: ClassManager) -> None:
    manager.table.selectRow(2)
    manager.desk.change_classes(lambda: manager.desk.session.remove_class(0))
    assert manager.selected is not None
    assert manager.selected.name == "class2"
