"""Keys of the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtGui import QKeySequence, QShortcut
from qtpy.QtWidgets import QWidget

from cryoal.napari_plugin.desk import Desk
from cryoal.runs.answers import Outcome
from cryoal.runs.class_keys import CLASS_KEYS


@dataclass(frozen=True)
class Command:
    """What keys do.

    Attributes:
        keys: any of them, as Qt names them.
        caps: the same as people read them.
        says: what they do.
        does: called when one of them is pressed.
        repeats: whether holding the key goes on doing it.
    """

    keys: tuple[str, ...]
    caps: tuple[str, ...]
    says: str
    does: Callable[[], object]
    repeats: bool = False


class KeyBindings(QObject):
    """Works wherever in the window the keyboard is, except in text fields.

    Qt asks a text field first whether it wants a key, and everything else only after shortcuts.

    Attributes:
        pressed: one of the keys was pressed; comes before what it does.
    """

    pressed = Signal()

    def __init__(
        self,
        window: QWidget,
        desk: Desk,
        new_class: Callable[[], object],
        toggle_3d: Callable[[], object],
        show_keys: Callable[[], object],
    ) -> None:
        super().__init__(window)
        self.desk = desk
        self.commands = (
            Command(("J",), ("J",), "Junk", lambda: desk.answer(Outcome.JUNK)),
            Command(("C",), ("C",), "Cannot decide", lambda: desk.answer(Outcome.UNDECIDED)),
            Command(("S",), ("S",), "Skip", lambda: desk.answer(Outcome.SKIP)),
            Command(("N",), ("N",), "New class", new_class),
            Command(("Left", "A"), ("←", "A"), "Previous volume", desk.previous, True),
            Command(("Right", "D"), ("→", "D"), "Next volume", desk.next, True),
            Command(("U",), ("U",), "Undo", desk.undo),
            Command(("R",), ("R",), "Redo", desk.redo),
            Command(("Space",), ("Space",), "Slabs or 3D", toggle_3d),
            Command(("H",), ("H",), "Hide or show prediction and score", desk.toggle_hidden),
            Command(("?",), ("?",), "Show or close this list", show_keys),
        )
        self.shortcuts: list[QShortcut] = []
        for command in self.commands:
            for key in command.keys:
                self._bind(window, key, command.does, command.repeats)
        for key in CLASS_KEYS:
            self._bind(window, key, partial(self._answer, key), False)

    def _bind(self, window: QWidget, key: str, does: Callable[[], object], repeats: bool) -> None:
        shortcut = QShortcut(QKeySequence(key), window)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.setAutoRepeat(repeats)
        shortcut.activated.connect(self.pressed)
        shortcut.activated.connect(lambda: does())
        self.shortcuts.append(shortcut)

    def _answer(self, key: str) -> None:
        label_class = self.desk.session.keys().get(key)
        if label_class is None:
            self.desk.failed.emit(f"No class has the key {key}; N makes a new class.")
        else:
            self.desk.answer(Outcome.CLASS, label_class.position)

    def remove(self) -> None:
        """Give the keys back."""
        for shortcut in self.shortcuts:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self.shortcuts.clear()
