from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path

import display  # noqa: F401
import napari
import numpy as np
import pytest
from human_runs import continue_human_run
from napari.qt import QtViewer
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, Qt, QTimer
from qtpy.QtGui import QOpenGLContext
from qtpy.QtWidgets import QApplication
from windows import Window, window_on

from cryoal.errors import CryoalError
from cryoal.labelling.bundle_writer import write_bundle
from cryoal.labelling.opening import open_session
from cryoal.labelling.run_source import RunSource
from cryoal.napari_plugin.class_manager import KEY
from cryoal.napari_plugin.closing_question import ClosingQuestion
from cryoal.napari_plugin.display_settings import DisplaySettings
from cryoal.napari_plugin.labelling_dock import LabellingDock
from cryoal.napari_plugin.pictures import slabs, smoothed
from cryoal.napari_plugin.slab_view import SlabView
from cryoal.napari_plugin.view_controls import ViewControls
from cryoal.napari_plugin.volume_view import VolumeView
from cryoal.napari_plugin.window import open_window
from cryoal.pools import SubtomogramPool
from cryoal.pools.places import Tomogram
from cryoal.runs import RunFolder
from cryoal.runs.answers import Outcome


def test_a_key_puts_the_next_volume_on_screen(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        view = window.dock.stage.view
        assert isinstance(view, SlabView)
        for _ in range(2):
            window.press("1")
            assert window.desk.entry is not None
            volume = window.desk.session.volume(window.desk.entry.item)
            expected = slabs(smoothed(volume, view.settings), view.place, 5)[0]
            shown = view.canvas[1 : expected.shape[0] + 1, 1 : expected.shape[1] + 1]
            inside = (shown > 0) & (shown < 1)
            assert np.corrcoef(shown[inside], expected[inside])[0, 1] > 0.9999
        frame = window.viewer.screenshot(canvas_only=True, flash=False)
        window.press("1")
        assert (frame != window.viewer.screenshot(canvas_only=True, flash=False)).any()


def test_a_click_cuts_the_other_slabs_there(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        view = window.dock.stage.view
        assert isinstance(view, SlabView)
        (top, left), (_, right), (below, _), _ = view.corners
        assert view.place_at(top + 3.2, left + 4.9) == (12, 3, 4)
        assert view.place_at(top + 3, right + 5) == (5, 3, 12)
        assert view.place_at(below + 6, left + 7) == (6, 12, 7)
        assert view.place_at(below + 6, right + 1) is None
        assert view.place_at(top - 0.1, left) is None
        before = view.canvas.copy()
        view.cut((12, 3, 4))
        assert (view.canvas[:, right:] != before[:, right:]).any()
        window.press("1")
        assert view.place == (12, 12, 12)


def test_space_turns_to_3d_and_back(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        window.press(" ")
        assert isinstance(window.dock.stage.view, VolumeView)
        assert window.viewer.dims.ndisplay == 3
        window.press("2")
        assert isinstance(window.dock.stage.view, VolumeView)
        window.press(" ")
        assert isinstance(window.dock.stage.view, SlabView)
        assert [layer.name for layer in window.viewer.layers] == ["slabs", "cut", "names"]


def test_layers_are_removed_in_the_canvas_own_gl_context(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        canvas, current = window.dock.stage.canvas, []
        window.viewer.layers.events.removed.connect(
            lambda _: current.append(QOpenGLContext.currentContext()), position="first"
        )
        for _ in range(2):
            canvas.doneCurrent()
            window.press(" ")
        assert current == [canvas.context()] * 4


def test_display_controls_change_the_picture_and_not_the_data(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        assert window.desk.entry is not None
        view, item = window.dock.stage.view, window.desk.entry.item
        assert isinstance(view, SlabView)
        before = window.desk.session.volume(item).copy()
        shown = view.canvas.copy()
        window.dock.controls.invert.setChecked(True)
        window.dock.controls.thickness.setValue(9)
        window.dock.controls.lowpass.setValue(0)
        assert (view.canvas != shown).any()
        assert window.desk.preferences.display.thickness_px == 9
        assert window.desk.preferences.display.invert
        np.testing.assert_array_equal(window.desk.session.volume(item), before)


def test_keys_work_everywhere_but_in_text_fields(trained: Path, qtbot: QtBot) -> None:
    with window_on(trained, qtbot) as window:
        done = 0
        for place in (window.dock.controls.contrast, window.page.table.table, window.page.tabs):
            place.setFocus()
            window.press("1", at=place)
            done += 1
            assert window.desk.session.progress().done == done
        window.press("N")
        field = window.page.class_list.new_name
        qtbot.waitUntil(field.hasFocus)
        window.press("1", "J", "H")
        assert field.text() == "1JH"
        assert window.desk.session.progress().done == done
        qtbot.keyClick(field, Qt.Key.Key_Escape)
        assert not field.isVisible()
        window.press("1")
        assert window.desk.session.progress().done == done + 1


def test_a_key_without_a_class_says_so(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        window.press("9")
        assert "No class has the key 9" in window.page.banner.text.text()
        assert window.desk.session.progress().done == 0
        window.press(" ")
        assert not window.page.banner.isVisible()


def test_hidden_predictions_stay_hidden_after_a_restart(trained: Path, qtbot: QtBot) -> None:
    with window_on(trained, qtbot) as window:
        assert "class" in window.page.prediction.text.text()
        window.press("H")
        assert window.page.prediction.text.text() == "Hidden"
        assert not any(row.probability.text() for row in window.page.class_list.rows.values())
    with window_on(trained, qtbot) as window:
        assert window.page.prediction.text.text() == "Hidden"
        window.press("H")
        assert "class" in window.page.prediction.text.text()


def test_question_mark_lists_all_keys(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        window.press("?")
        assert window.dock.help.isVisible()
        window.press("?")
        assert not window.dock.help.isVisible()


def test_neighbours_averages_and_counts_are_shown(trained: Path, qtbot: QtBot) -> None:
    with window_on(trained, qtbot) as window:
        window.settle()
        assert all(
            name.text().startswith("class") for name in window.page.surroundings.neighbours.names
        )
        rows = window.page.class_list.rows
        counts = window.desk.session.progress().by_class
        assert {at: int(row.count.text()) for at, row in rows.items()} == counts
        labelled = [row for at, row in rows.items() if counts[at]]
        qtbot.waitUntil(lambda: all(row.picture.pixmap is not None for row in labelled))


def test_a_bundle_is_labelled_without_training(
    trained: Path, blob_pool: SubtomogramPool, tmp_path: Path, qtbot: QtBot
) -> None:
    bundle = tmp_path / "queue.cryoal"
    folder = RunFolder.open(trained)
    write_bundle(folder, blob_pool, bundle)
    folder.journal.close()
    with window_on(bundle, qtbot) as window:
        assert window.page.training is None
        window.press("1", "2")
        window.settle()
        assert window.page.card.count.text() == "2 of 6"


def test_an_empty_queue_says_why(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        window.press(*"111111111111")
        assert window.desk.entry is None
        assert window.page.banner.isVisible()
        assert "every item of the query is answered" in window.page.banner.text.text()
        assert not window.dock.stage.view.picture.visible
        window.settle()
        assert not window.page.prediction.isVisible()
        assert not window.page.surroundings.neighbours.isVisible()
        window.press("1")
        assert "No volume is on screen" in window.page.banner.text.text()
        window.press(" ")
        assert "every item of the query is answered" in window.page.banner.text.text()
        window.press("U")
        window.settle()
        assert window.page.prediction.isVisible()
        assert window.page.surroundings.neighbours.isVisible()


def test_conflicts_are_named_where_nothing_waits(overlapping: Path, qtbot: QtBot) -> None:
    for name, label in (("bob", 1), ("eve", 2)):
        session = open_session(overlapping, name)
        while session.next() is not None:
            session.answer(Outcome.CLASS, label)
        session.close()
    with window_on(overlapping, qtbot) as window:
        banner = window.page.banner
        words = "2 items in conflict teach nothing until reviewed (tab Review)."
        assert window.desk.entry is None
        assert banner.text.text().endswith(words)
        assert "every item of the query is answered" in banner.text.text()
        assert banner.geometry().bottom() < window.page.tabs.geometry().top() + 8
        assert banner.text.height() >= banner.text.heightForWidth(banner.text.width())


def test_a_message_goes_with_its_tab(trained: Path, qtbot: QtBot) -> None:
    with window_on(trained, qtbot) as window:
        page = window.page
        page.tabs.setCurrentWidget(page.table)
        page.table.state.value = "undecided"
        window.settle()
        window.press("1")
        assert "not in the list below" in page.banner.text.text()
        page.tabs.setCurrentIndex(0)
        assert not page.banner.isVisible()


def label_all(window: Window) -> int:
    """Answer the whole first query, look back at its last item; that item."""
    window.press(*"123" * 4)
    assert window.desk.entry is None
    window.press("U", "R")
    assert window.desk.entry is not None
    return window.desk.entry.item


@pytest.mark.parametrize("noticed", ["when it ends", "before"])
def test_the_next_query_comes_on_screen_after_a_look_back(
    run: Path, blob_pool: SubtomogramPool, qtbot: QtBot, noticed: str
) -> None:
    with window_on(run, qtbot) as window:
        assert window.page.training is not None
        label_all(window)
        continue_human_run(RunFolder.open(run), blob_pool)
        if noticed == "before":
            window.desk.refresh()
        window.page.training.trained.emit()
        query = window.desk.session.query
        assert query is not None
        assert query.cycle == 1
        assert window.desk.entry is not None
        assert window.desk.entry.item == query.items[0]
        assert window.page.banner.text.text() == "A new query of 6 volumes: this is its first."
        assert window.page.banner.isVisible()
        window.press("1")
        assert not window.page.banner.isVisible()
        assert window.desk.session.progress().done == 1


def test_a_review_is_told_of_the_next_query_and_is_not_interrupted(
    run: Path, blob_pool: SubtomogramPool, qtbot: QtBot
) -> None:
    with window_on(run, qtbot) as window:
        page = window.page
        before = label_all(window)
        page.tabs.setCurrentWidget(page.table)
        continue_human_run(RunFolder.open(run), blob_pool)
        window.desk.refresh()
        assert window.desk.entry is not None
        assert window.desk.entry.item == before
        assert page.banner.text.text().startswith("A new query of 6 volumes waits")
        assert page.tabs.tabText(0) == "Label (new query)"
        window.press("Left")
        assert page.tabs.tabText(0) == "Label (new query)"
        page.tabs.setCurrentIndex(0)
        assert page.tabs.tabText(0) == "Label"
        assert window.desk.entry.asked


def test_the_last_training_says_that_the_run_is_finished(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        assert window.page.training is not None
        label_all(window)
        database = window.desk.session.source.database
        cycles = RunFolder.open(run).settings.cycles
        with sqlite3.connect(database.path) as other:
            for cycle, phase in ((0, "label"), (cycles, "evaluate")):
                other.execute("INSERT INTO phases VALUES (?, ?, 0, 0)", (cycle, phase))
        other.close()
        window.page.training.trained.emit()
        assert "the run is finished" in window.page.banner.text.text()
        assert window.page.banner.isVisible()


def test_the_status_bar_says_what_the_mouse_does(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        for turn in range(2):
            view = window.dock.stage.view
            assert view is not None
            assert window.viewer.status == view.hint
            window.viewer.status = window.viewer.layers[-1].get_status((1,) * (2 + turn))
            assert window.viewer.status == view.hint
            if turn == 0:
                window.press(" ")


def test_a_read_only_run_can_be_looked_at(
    run: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cryoal.runs.database.os.access", lambda *_: False)
    with window_on(run, qtbot) as window:
        assert window.page.banner.text.text().startswith("run is read-only")
        item = window.desk.entry
        window.press("1")
        assert window.page.banner.text.text().startswith("run is read-only; copy it")
        assert window.desk.entry == item
        window.press("Right")
        assert window.desk.entry != item


def test_a_read_only_run_says_so_where_nothing_is_on_screen(
    run: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session(run, "ann")
    while session.next() is not None:
        session.answer(Outcome.CLASS, 0)
    session.close()
    monkeypatch.setattr("cryoal.runs.database.os.access", lambda *_: False)
    with window_on(run, qtbot) as window:
        banner = window.page.banner
        assert window.desk.entry is None
        for key in ("Right", "1"):
            window.press(key)
            assert banner.isVisible()
            assert banner.text.text().startswith("run is read-only and has nothing for you")
            assert banner.geometry().bottom() < window.page.tabs.geometry().top() + 4


def test_an_error_goes_when_the_next_change_of_classes_works(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        window.page.tabs.setCurrentWidget(window.page.manager)
        window.page.manager.table.item(0, KEY).setText("ab")
        assert "'ab' cannot be the key" in window.page.banner.text.text()
        assert window.page.banner.isVisible()
        window.page.manager.table.item(0, KEY).setText("2")
        assert not window.page.banner.isVisible()
        assert window.desk.session.keys()["2"].name == "class0"


def test_a_message_moves_nothing(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        page = window.page

        def places() -> list[object]:
            QApplication.processEvents()
            widgets = (page.card, page.class_list, page.class_list.junk, page.training)
            return [widget.mapTo(page, QPoint(0, 0)) for widget in widgets]

        window.settle()
        before: list[object] = []

        def laid_out() -> bool:
            nonlocal before
            earlier, before = before, places()
            return earlier == before

        qtbot.waitUntil(laid_out)
        qtbot.wait(100)  # the display may still give the window its size
        qtbot.waitUntil(laid_out)
        page.banner.say("Something long went wrong, and this is what to do about it. " * 4, "error")
        assert page.banner.isVisible()
        assert places() == before
        assert page.banner.width() == page.width()
        assert page.banner.height() >= page.banner.text.heightForWidth(page.banner.text.width())


@pytest.mark.parametrize("tab", ["show_neighbours", "show_map"])
def test_a_low_window_shows_six_classes(
    trained: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tab: str
) -> None:
    places_A = np.random.default_rng(0).uniform(0, 4000, (36, 3))
    box_A = np.array([[0.0, 0.0, 0.0], [4000.0, 4000.0, 4000.0]])
    monkeypatch.setattr(RunSource, "position_A", lambda _, item: tuple(places_A[item]))
    monkeypatch.setattr(RunSource, "tomogram", lambda *_: Tomogram(box_A, places_A))
    with window_on(trained, qtbot) as window:
        getattr(window.page.surroundings, tab).setChecked(True)
        for name in ("ribosome", "proteasome", "a class with a name that is longer than the list"):
            window.desk.change_classes(partial(window.desk.session.add_class, name))
        window.viewer.window.resize(1280, 780)
        window.settle()
        qtbot.waitUntil(lambda: window.dock.window().height() == 780)
        window.press("1")
        window.settle()
        QApplication.processEvents()
        rows = window.page.class_list.rows.values()
        assert len(rows) == 6
        qtbot.waitUntil(
            lambda: all(row.visibleRegion().boundingRect() == row.rect() for row in rows)
        )


def test_lengths_are_in_angstrom_where_voxels_have_a_size(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        assert [one.text() for one in window.dock.controls.readings[:2]] == ["50 Å", "40 Å"]
    controls = ViewControls(DisplaySettings())
    qtbot.addWidget(controls)
    assert [one.text() for one in controls.readings[:2]] == ["5 px", "4 px"]


def test_while_it_trains_the_window_says_so(run: Path, qtbot: QtBot) -> None:
    with window_on(run, qtbot) as window:
        window.press(*"111111222222")
        assert "every item of the query is answered" in window.page.banner.text.text()
        training, process = window.page.training, window.page.process
        assert training is not None
        assert process is not None
        with qtbot.waitSignal(process.process.started):
            training.start()
        assert "The model is training" in window.page.banner.text.text()
        with qtbot.waitSignal(process.finished, timeout=20_000):
            process.cancel()
        assert window.page.banner.text.text().startswith("Cancelled.")


def test_what_cannot_be_opened_is_told(run: Path, qtbot: QtBot, tmp_path: Path) -> None:
    with sqlite3.connect(run / "run.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(CryoalError, match="newer cryoal"):
        open_window(run, "ann")
    dock = LabellingDock(None)
    qtbot.addWidget(dock)
    dock.show()
    dock.start_page.path.setText(str(run))
    dock.start_page.annotator.setText("ann")
    dock.start_page.open_button.click()
    assert dock.banner.isVisible()
    assert "newer cryoal" in dock.banner.text.text()
    opener = dock.start_page.open_button
    dock.start_page.path.setText(str(tmp_path / "nothing"))
    dock.start_page.open_button.click()
    assert "is not there" in dock.banner.text.text()
    top, bottom = (widget.mapTo(dock, QPoint(0, 0)) for widget in (dock.banner, opener))
    assert top.y() >= bottom.y() + opener.height()


def test_no_display_is_an_error_and_not_a_crash(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(CryoalError, match="cryoal bundle"):
        open_window(run, "ann")


@pytest.mark.parametrize("stops", [True, False])
def test_a_window_that_trains_asks_before_it_closes(run: Path, qtbot: QtBot, stops: bool) -> None:
    with window_on(run, qtbot) as window:
        window.press(*"111111222222")
        training, process = window.page.training, window.page.process
        assert training is not None
        assert process is not None
        with qtbot.waitSignal(process.process.started):
            training.start()
        asked = []

        def answer() -> None:
            question = QApplication.activeModalWidget()
            assert isinstance(question, ClosingQuestion)
            asked.append(question.text())
            (question.stop if stops else question.keep).click()

        QTimer.singleShot(0, answer)
        assert window.dock.window().close() == stops
        assert "A training is running" in asked[0]
        assert process.running
        if not stops:
            assert window.dock.isVisible()
            with qtbot.waitSignal(process.finished, timeout=20_000):
                process.cancel()


def test_napari_finds_the_dock_and_a_run_is_opened_in_it(run: Path, qtbot: QtBot) -> None:
    viewer = napari.Viewer(show=False)
    _, dock = viewer.window.add_plugin_dock_widget("cryoal")
    assert isinstance(dock, LabellingDock)
    viewer.show()
    (canvas,) = dock.window().findChildren(QtViewer)
    assert not canvas.show_welcome_screen
    dock.start_page.path.setText(str(run))
    dock.start_page.annotator.setText("ann")
    dock.start_page.open_button.click()
    assert dock.desk is not None
    assert dock.desk.entry is not None
    assert [layer.name for layer in viewer.layers] == ["slabs", "cut", "names"]
    viewer.close()
    qtbot.waitUntil(lambda: dock.desk is None, timeout=5000)
