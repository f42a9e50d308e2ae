"""The real window, driven by keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import display  # noqa: F401  skips where there is none
import napari
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QWidget

from cryoal.napari_plugin.labelling_dock import LabellingDock
from cryoal.napari_plugin.window import open_window

KEYS = {"Left": Qt.Key.Key_Left, "Right": Qt.Key.Key_Right, "Enter": Qt.Key.Key_Return}


class Window:
    """An open window and what it shows."""

    def __init__(self, viewer: napari.Viewer, bot: QtBot) -> None:
        self.viewer = viewer
        self.bot = bot
        (self.dock,) = (
            found
            for top in QApplication.topLevelWidgets()
            for found in top.findChildren(LabellingDock)
            if found.viewer is viewer
        )
        assert self.dock.desk is not None
        assert self.dock.page is not None
        self.desk, self.page = self.dock.desk, self.dock.page

    def press(self, *keys: str, at: QWidget | None = None) -> None:
        """Press keys one after the other, wherever the keyboard is or in ``at``."""
        for key in keys:
            target = at or QApplication.focusWidget() or self.dock.window()
            if key in KEYS:
                self.bot.keyClick(target, KEYS[key])
            else:
                self.bot.keyClicks(target, key)

    def settle(self) -> None:
        """Let everything be drawn."""
        with self.bot.waitSignal(self.desk.settled, timeout=5000):
            self.desk.arrange(lambda: None)


@contextmanager
def window_on(path: Path, bot: QtBot) -> Iterator[Window]:
    """A window on a run or bundle, closed at the end."""
    viewer = open_window(path, "ann")
    window = Window(viewer, bot)
    top = window.dock.window()

    def has_keyboard() -> bool:
        # Xvfb has no window manager, so a window asks again until the display is ready to say yes.
        top.activateWindow()
        return top.isActiveWindow()

    bot.waitUntil(has_keyboard, timeout=20_000)
    yield window
    viewer.close()
    bot.waitUntil(lambda: window.dock.desk is None, timeout=5000)
