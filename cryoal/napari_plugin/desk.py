"""The Qt side of a labelling session."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QObject, QTimer, Signal

from cryoal.errors import CryoalError
from cryoal.labelling.entry import Entry
from cryoal.labelling.session import LabelSession
from cryoal.napari_plugin.average_loader import AverageLoader
from cryoal.napari_plugin.preferences import Preferences
from cryoal.runs.answers import ANSWER_NAMES, Outcome

VERBS = ("is ", "was ", "has ", "cannot ")
"""Words that errors go on with where they are about the file itself."""

SETTLE_MS = 60
REFRESH_MS = 2000


class Desk(QObject):
    """What keys and buttons call, and what views listen to.

    Each method calls the session; a ``CryoalError`` becomes the signal ``failed`` and changes
    nothing else.

    Attributes:
        averages: makes class averages in the background.
        shown: another item is on screen (``Entry`` or None); draw it at once.
        settled: a moment after anything changed; what is slower to draw waits for this, so that
            keys held down stay fluent.
        classes_changed: classes were added, renamed, merged, removed, coloured or given keys.
        failed: one line on what went wrong.
        queried: a query came that was not there before (how many items), after the session took it
            in.
        worked: something else that was asked for went well, so what failed before is over.
        hidden_changed: whether prediction and score are hidden.
        listed: items in the order of the review table, while that is what the annotator works
            through: keys move along it and answers override what was said before. None: the
            session hands out what waits.
    """

    shown = Signal(object)
    settled = Signal()
    classes_changed = Signal()
    failed = Signal(str)
    queried = Signal(int)
    worked = Signal()
    hidden_changed = Signal(bool)

    def __init__(
        self, session: LabelSession, preferences: Preferences, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.preferences = preferences
        self.listed: list[int] | None = None
        self.averages = AverageLoader(session, self)
        self._known_query = session.query
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self.settled)
        self._watch = QTimer(self, interval=REFRESH_MS)
        self._watch.timeout.connect(self.refresh)

    def start(self) -> None:
        """Show the first item and watch for what others write."""
        if self.session.current is None:
            self._do(self.session.next)
        self.classes_changed.emit()
        self._show()
        self._watch.start()

    def close(self) -> None:
        """Stop watching and give up what this annotator holds."""
        self._watch.stop()
        self._settle.stop()
        self.averages.close()
        self.session.close()

    @property
    def entry(self) -> Entry | None:
        """The item on screen."""
        return self.session.current

    @property
    def hidden(self) -> bool:
        """Whether prediction and score are hidden."""
        return self.preferences.hidden

    @property
    def name(self) -> str:
        """The run's folder, or the file of a bundle, as people know it."""
        return self.session.source.path.resolve().name

    @property
    def is_writable(self) -> bool:
        """Whether answers are kept."""
        return self.session.source.database.writable

    @property
    def read_only(self) -> str:
        """What it means that they are not, for people; short, or it would cover the tabs."""
        if self.entry is None:
            return (
                f"{self.name} is read-only and has nothing for you to label; Review lists it all."
            )
        return (
            f"{self.name} is read-only: you can look, but no answer is kept. Copy it to where you "
            "may write."
        )

    def class_names(self) -> dict[int, str]:
        """What a model can say, by class position: junk where it is learned, and a class that was
        removed since.
        """
        classes = self.session.labels.classes
        names = {one.position: one.name for one in classes.all()}
        junk = classes.junk()
        if junk is not None:
            names[junk] = ANSWER_NAMES[Outcome.JUNK]
        return names

    def fail(self, error: CryoalError) -> None:
        """Say what went wrong."""
        self.failed.emit(self.in_words(str(error)))

    def in_words(self, message: str) -> str:
        """An error with the run's name where it begins with the path of its folder or database.

        ``folder: is read-only`` becomes a sentence.
        """
        source = self.session.source
        place, _, what = message.partition(": ")
        own = place in (str(source.path), str(source.database.path))
        if not own:
            return message
        return f"{self.name} {what}" if what.startswith(VERBS) else f"{self.name}: {what}"

    def toggle_hidden(self) -> None:
        self.preferences.hidden = not self.preferences.hidden
        self.hidden_changed.emit(self.preferences.hidden)

    def answer(self, outcome: Outcome, label: int | None = None) -> None:
        """Record what the annotator says of the item on screen and show the next."""
        entry = self.entry
        if entry is None and self.is_writable:
            self.failed.emit("No volume is on screen, so there is nothing to answer.")
        elif entry is None:
            self.failed.emit(self.read_only)
        elif self.listed is None:
            self._move(lambda: self.session.answer(outcome, label))
        elif entry.item not in self.listed:
            self.failed.emit(
                "The volume on screen is not in the list below, so keys do not change its answer. "
                "Choose a row, or go back to the tab Label."
            )
        else:
            self._move(lambda: self._review(entry.item, outcome, label))

    def _review(self, item: int, outcome: Outcome, label: int | None) -> None:
        self.session.review(item, outcome, label)
        self._step(1)

    def _step(self, by: int) -> None:
        """Along the list, as far as it goes; from an item beside it to the first."""
        assert self.listed is not None
        entry = self.entry
        place = 0
        if entry is not None and entry.item in self.listed:
            place = self.listed.index(entry.item) + by
        if 0 <= place < len(self.listed):
            self.session.goto(self.listed[place])

    def undo(self) -> None:
        self._revisit(self.session.undo, "Nothing of yours is left to undo.")

    def redo(self) -> None:
        self._revisit(self.session.redo, "Nothing was undone that could be brought back.")

    def _revisit(self, go: Callable[[], Entry | None], otherwise: str) -> None:
        found: list[Entry | None] = []
        if self._do(lambda: found.append(go())):
            self._show()
            if found == [None]:
                self.failed.emit(otherwise)

    def next(self) -> None:
        self._move(self.session.next if self.listed is None else lambda: self._step(1))

    def previous(self) -> None:
        self._move(self.session.previous if self.listed is None else lambda: self._step(-1))

    def goto(self, item: int) -> None:
        self._move(lambda: self.session.goto(item))

    def change_classes(self, change: Callable[[], object]) -> bool:
        """Carry out a change of the session's classes; whether it worked."""
        done = self._do(change)
        if done:
            self.worked.emit()
        self.classes_changed.emit()
        self._settle.start()
        return done

    def arrange(self, change: Callable[[], object]) -> None:
        """Filter or sort the session's entries."""
        if self._do(change):
            self.worked.emit()
        self._settle.start()

    def refresh(self) -> None:
        """Take in what others wrote; go to the first item if the queue was empty."""
        changed = False

        def look() -> None:
            nonlocal changed
            changed = self.session.refresh()

        if self._do(look) and changed:
            self.classes_changed.emit()
            if self.entry is None:
                self._move(self.session.next)
            self._settle.start()
        query = self.session.query
        if query != self._known_query:
            self._known_query = query
            if query is not None:
                self.queried.emit(len(query.items))

    def _move(self, action: Callable[[], object]) -> None:
        if self._do(action):
            self._show()

    def _show(self) -> None:
        self.shown.emit(self.entry)
        self._settle.start()

    def _do(self, action: Callable[[], object]) -> bool:
        try:
            action()
        except CryoalError as error:
            self.fail(error)
            return False
        return True
