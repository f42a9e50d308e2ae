from __future__ import annotations

import display  # noqa: F401
from pytestqt.qtbot import QtBot

from cryoal.labelling.opening import open_session
from cryoal.napari_plugin.desk import Desk
from cryoal.runs.answers import Outcome


def test_undo_and_redo_say_when_there_is_nothing(desk: Desk, qtbot: QtBot) -> None:
    desk.start()
    entry = desk.entry
    with qtbot.waitSignal(desk.failed) as failed:
        desk.undo()
    assert "left to undo" in failed.args[0]
    assert desk.entry == entry
    with qtbot.waitSignal(desk.failed) as failed:
        desk.redo()
    assert "brought back" in failed.args[0]


def test_moves_along_the_queue_and_back(desk: Desk) -> None:
    desk.start()
    first = desk.entry
    desk.next()
    second = desk.entry
    assert first is not None
    assert second is not None
    assert second.item != first.item
    desk.previous()
    assert desk.entry is not None
    assert desk.entry.item == first.item


def test_answers_of_others_arrive_by_themselves(desk: Desk, qtbot: QtBot) -> None:
    desk.start()
    other = open_session(desk.session.source.path, "bob", volumes=False)
    assert desk.entry is not None
    taken = other.next()
    assert taken is not None
    assert taken.item != desk.entry.item
    other.answer(Outcome.CLASS, 0)
    other.close()
    with qtbot.waitSignal(desk.settled, timeout=5000):
        desk.refresh()
    assert desk.session.progress().done == 1


def test_errors_name_the_run_and_not_its_files(desk: Desk) -> None:
    source = desk.session.source
    for path in (source.path, source.database.path):
        assert desk.in_words(f"{path}: is read-only; copy it") == "run is read-only; copy it"
        assert desk.in_words(f"{path}: no item is on screen") == "run: no item is on screen"
    elsewhere = "/data/a.mrc: cannot be read"
    assert desk.in_words(elsewhere) == elsewhere


def test_an_unknown_class_changes_nothing(desk: Desk, qtbot: QtBot) -> None:
    desk.start()
    entry = desk.entry
    with qtbot.waitSignal(desk.failed) as failed:
        desk.answer(Outcome.CLASS, 77)
    assert failed.args[0] == "run: class 77 is not there any more"
    assert desk.entry == entry
    assert desk.session.progress().done == 0


def test_in_a_list_without_the_item_keys_change_nothing_and_arrows_lead_into_it(
    trained_desk: Desk, qtbot: QtBot
) -> None:
    desk = trained_desk
    desk.start()
    assert desk.entry is not None
    before = desk.entry
    listed = [one.item for one in desk.session.entries() if one.item != before.item]
    for move in (desk.next, desk.previous):
        desk.goto(before.item)
        desk.listed = listed
        with qtbot.waitSignal(desk.failed) as failed:
            desk.answer(Outcome.CLASS, 0)
        assert "not in the list" in failed.args[0]
        assert desk.session.entry(before.item).decision == before.decision
        move()
        assert desk.entry.item == listed[0]
    desk.listed = []
    desk.next()
    assert desk.entry.item == listed[0]
    desk.listed = None
