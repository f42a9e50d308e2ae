from __future__ import annotations

import display  # noqa: F401
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt

from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.item_card import ItemCard
from cryoal.napari_plugin.item_names import name_order
from cryoal.napari_plugin.item_table import ItemTable
from cryoal.napari_plugin.item_table_model import ANSWER, ITEM, MODEL, SCORE
from cryoal.napari_plugin.prediction_card import PredictionCard
from cryoal.runs.answers import Kind, Outcome

DISPLAY, TIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole


@pytest.fixture
def table(trained_desk: Desk, qtbot: QtBot) -> ItemTable:
    made = ItemTable(trained_desk)
    qtbot.addWidget(made)
    trained_desk.start()
    with qtbot.waitExposed(made):
        made.show()
    return made


def column(table: ItemTable, number: int) -> list[str]:
    model = table.model
    return [str(model.data(model.index(row, number))) for row in range(model.rowCount())]


def settle(table: ItemTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.desk.settled):
        table.desk.arrange(lambda: None)


def test_lists_the_query_and_the_labelled(table: ItemTable) -> None:
    assert table.model.rowCount() == 6 + 12
    assert column(table, ANSWER).count("–") == 6
    assert all(column(table, ITEM))


def test_a_click_shows_an_item_and_a_key_overrides_its_answer(
    table: ItemTable, qtbot: QtBot
) -> None:
    row = 10
    entry = table.model.entries[row]
    following = table.model.entries[row + 1].item
    assert entry.decision.annotators == ("earlier",)
    table._clicked(table.model.index(row, 0))
    assert table.desk.entry is not None
    assert table.desk.entry.item == entry.item
    label = (entry.decision.label or 0) + 1
    table.desk.answer(Outcome.CLASS, label % 3)
    assert table.desk.entry.item == following
    after = table.desk.session.entry(entry.item)
    assert after.decision.label == label % 3
    assert after.mine is not None
    assert after.mine.kind is Kind.REVIEW
    settle(table, qtbot)
    assert column(table, ANSWER)[row] == f"class{label % 3}"


def test_filters(table: ItemTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.desk.settled):
        table.state.value = "open"
    assert table.model.rowCount() == 6
    with qtbot.waitSignal(table.desk.settled):
        table.state.value = None
        table.label.value = 1
    assert set(column(table, ANSWER)) == {"class1"}


@pytest.mark.parametrize(("box", "choice"), [("state", 2), ("label", 1), ("group", 1)])
def test_all_of_a_filter_lists_all_again(
    table: ItemTable, qtbot: QtBot, box: str, choice: int
) -> None:
    groups = ("t1", "t2")
    table.desk.session.source.database.db.executemany(
        "UPDATE items SET group_name = ? WHERE item % 2 = ?", zip(groups, range(2), strict=True)
    )
    table.desk.session._load()
    settle(table, qtbot)
    native = getattr(table, box).native
    assert (
        native.itemText(0)
        == {
            "state": "All states",
            "label": "All classes",
            "group": "All tomograms",
        }[box]
    )
    every = table.model.rowCount()
    for index in (choice, choice + 1, 0):
        native.setCurrentIndex(min(index, native.count() - 1))
        settle(table, qtbot)
        assert (table.model.rowCount() == every) == (index == 0)


def test_a_class_that_was_chosen_and_renamed_lists_all_again(
    table: ItemTable, qtbot: QtBot
) -> None:
    every = table.model.rowCount()
    table.label.value = 1
    settle(table, qtbot)
    assert table.model.rowCount() < every
    table.desk.change_classes(lambda: table.desk.session.rename_class(1, "groel"))
    settle(table, qtbot)
    assert table.label.value is None
    assert table.model.rowCount() == every


def test_sorts_by_score_when_its_heading_is_clicked(table: ItemTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.desk.settled):
        table.table.horizontalHeader().sectionClicked.emit(SCORE)
    scores = [entry.score for entry in table.model.entries if entry.score is not None]
    assert len(scores) == 6
    assert scores in (sorted(scores), sorted(scores, reverse=True))


def test_sorts_by_the_names_that_are_shown(table: ItemTable, qtbot: QtBot) -> None:
    heading = table.table.horizontalHeader()
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        heading.setSortIndicator(ITEM, order)
        with qtbot.waitSignal(table.desk.settled):
            heading.sectionClicked.emit(ITEM)
        expected = sorted(column(table, ITEM), key=name_order)
        if order is Qt.SortOrder.DescendingOrder:
            expected.reverse()
        assert column(table, ITEM) == expected
        assert table.desk.listed == [entry.item for entry in table.model.entries]
    with qtbot.waitSignal(table.desk.settled):
        heading.sectionClicked.emit(ANSWER)
    assert column(table, ITEM) != expected


def test_sorts_by_prediction(table: ItemTable, qtbot: QtBot) -> None:
    table.table.horizontalHeader().setSortIndicator(MODEL, Qt.SortOrder.AscendingOrder)
    with qtbot.waitSignal(table.desk.settled):
        table.table.horizontalHeader().sectionClicked.emit(MODEL)
    said = column(table, MODEL)
    assert said == [*sorted(filter(None, said)), *[""] * 12]


def test_what_is_no_answer_yet_is_told_apart(table: ItemTable, qtbot: QtBot) -> None:
    first, second, third = (entry.item for entry in table.model.entries[:3])
    session = table.desk.session
    session.record(first, Outcome.UNDECIDED)
    session.record(second, Outcome.SKIP)
    settle(table, qtbot)
    shown = dict(zip((e.item for e in table.model.entries), column(table, ANSWER), strict=True))
    assert [shown[item] for item in (first, second, third)] == ["cannot decide", "skip", "–"]


def test_a_skip_of_somebody_else_is_told(table: ItemTable, qtbot: QtBot) -> None:
    item = table.model.entries[3].item
    table.desk.session.labels.record(item, Outcome.SKIP, None, "bob", cycle=1)
    table.desk.session._take_events()
    settle(table, qtbot)
    cell = table.model.index(3, ANSWER)
    assert (table.model.data(cell), table.model.data(cell, TIP)) == ("skip", "bob: skip")


def test_a_conflict_says_who_said_what(table: ItemTable, qtbot: QtBot) -> None:
    desk = table.desk
    card = ItemCard(desk)
    qtbot.addWidget(card)
    card.show()
    row = 10
    entry = table.model.entries[row]
    was = entry.decision.label
    assert was is not None
    now = (was + 1) % 3
    desk.session.labels.record(entry.item, Outcome.CLASS, now, "bob")
    desk.session._take_events()
    settle(table, qtbot)
    desk.goto(entry.item)
    cell = table.model.index(row, ANSWER)
    words = f"earlier: class{was} · bob: class{now}"
    assert (table.model.data(cell), table.model.data(cell, TIP)) == ("conflict", words)
    assert card.said.isVisible()
    assert card.said.text() == words
    desk.goto(table.model.entries[row + 1].item)
    assert not card.said.isVisible()


def test_hidden_predictions_are_hidden_here_too(table: ItemTable) -> None:
    assert not table.table.isColumnHidden(MODEL)
    table.desk.toggle_hidden()
    assert table.table.isColumnHidden(MODEL)
    assert table.table.isColumnHidden(SCORE)


def test_junk_is_a_prediction_like_others(table: ItemTable, qtbot: QtBot) -> None:
    database = table.desk.session.source.database
    position = table.desk.session.labels.classes.junk()
    assert position is not None
    database.db.execute("UPDATE queries SET prediction = ? WHERE cycle = 1", (position,))
    table.desk.session._load()
    settle(table, qtbot)
    assert column(table, MODEL).count("junk") == 6


def test_predictions_of_a_merged_class_are_those_of_the_other(
    table: ItemTable, qtbot: QtBot
) -> None:
    desk = table.desk
    card = PredictionCard(desk)
    qtbot.addWidget(card)
    assert desk.entry is not None
    guess = desk.entry.prediction
    assert guess is not None
    into = desk.class_names()[(guess + 1) % 3]
    desk.change_classes(lambda: desk.session.merge_class(guess, (guess + 1) % 3))
    assert card.text.text().startswith(f"Model: {into}")
    settle(table, qtbot)
    row = table.model.row_of(desk.entry.item)
    assert row is not None
    assert column(table, MODEL)[row] == into


def test_what_is_labelled_is_not_said_to_be_unseen_by_a_model(
    table: ItemTable, qtbot: QtBot
) -> None:
    card = PredictionCard(table.desk)
    qtbot.addWidget(card)
    table.desk.goto(table.model.entries[10].item)
    assert card.text.text() == "No prediction: it is from before the first training"


def test_before_the_first_training_no_model_has_seen_anything(desk: Desk, qtbot: QtBot) -> None:
    card = PredictionCard(desk)
    qtbot.addWidget(card)
    desk.start()
    assert card.text.text() == "No model has seen it yet"


def test_a_class_that_a_model_knew_and_that_was_removed_is_still_named(
    table: ItemTable, qtbot: QtBot
) -> None:
    desk = table.desk
    card = PredictionCard(desk)
    qtbot.addWidget(card)
    added = desk.session.add_class("ribosome")
    desk.session.source.database.db.execute(
        "UPDATE queries SET prediction = ? WHERE cycle = 1", (added.position,)
    )
    desk.session._load()
    desk.change_classes(lambda: desk.session.remove_class(added.position))
    assert card.text.text().startswith("Model: ribosome")


def test_columns_fit_and_empty_ones_take_no_room(table: ItemTable, qtbot: QtBot) -> None:
    view = table.table
    table.resize(372, 500)
    settle(table, qtbot)
    widths = [view.columnWidth(at) for at in range(table.model.columnCount())]
    assert sum(widths) == view.viewport().width()
    assert widths[SCORE] > 0
    database = table.desk.session.source.database
    database.db.execute("UPDATE queries SET prediction = NULL, score = NULL")
    table.desk.session._load()
    settle(table, qtbot)
    assert view.isColumnHidden(MODEL)
    assert view.isColumnHidden(SCORE)
    assert sum(view.columnWidth(at) for at in (ITEM, ANSWER)) == view.viewport().width()


def test_names_of_waiting_items_do_not_give_the_class_away(table: ItemTable) -> None:
    for row, entry in enumerate(table.model.entries):
        cell = table.model.index(row, ITEM)
        told = [str(table.model.data(cell, role)) for role in (DISPLAY, TIP)]
        assert any("class" in text for text in told) != entry.asked


def test_leaving_the_table_gives_the_keys_back_to_the_queue(table: ItemTable) -> None:
    assert table.desk.listed is not None
    table.hide()
    assert table.desk.listed is None
