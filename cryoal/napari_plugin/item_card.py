"""What is on screen, and how far the work has come."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget
from superqt import QElidingLabel

from cryoal.labelling.entry import Entry
from cryoal.napari_plugin.class_style import CONFLICT_COLOUR, JUNK_COLOUR, colour_of
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.item_names import title_of
from cryoal.napari_plugin.said import describe_said
from cryoal.napari_plugin.text import card, label
from cryoal.runs.answers import ANSWER_NAMES, Outcome


class ItemCard(QWidget):
    """Name, tomogram and answer of the item on screen, of a conflict who said what; progress and
    pace below.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.title = QElidingLabel()
        self.title.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.title.setProperty("role", "title")
        self.place = QElidingLabel()
        self.place.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.place.setProperty("role", "faint")
        self.said = QElidingLabel()
        self.answer = QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMinimumWidth(30)
        self.bar.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.count = label(role="number")
        self.pace = label(role="faint")
        self.pace.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._lay_out()
        desk.shown.connect(self.show_entry)
        desk.classes_changed.connect(lambda: self.show_entry(desk.entry))
        desk.settled.connect(self.show_progress)

    def _lay_out(self) -> None:
        frame = card()
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.answer)
        bottom = QHBoxLayout()
        bottom.setSpacing(10)
        bottom.addWidget(self.count)
        bottom.addWidget(self.bar, 1)
        bottom.addWidget(self.pace)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(12, 7, 12, 7)
        inside.setSpacing(4)
        inside.addLayout(top)
        inside.addWidget(self.place)
        inside.addWidget(self.said)
        inside.addLayout(bottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(frame)

    def show_entry(self, entry: Entry | None) -> None:
        title = "No volume" if entry is None else self._title(entry)
        self.title.setText(title)
        self.title.setToolTip(title)
        place = "" if entry is None else describe_place(entry)
        self.place.setText(place)
        self.place.setVisible(bool(place))
        said = "" if entry is None else self._said(entry)
        self.said.setText(said)
        self.said.setToolTip(said)
        self.said.setVisible(bool(said))
        text, colour = ("", "") if entry is None else self._answer(entry)
        self.answer.setText(text)
        self.answer.setVisible(bool(text))
        self.answer.setStyleSheet(
            f"background: {colour or 'none'}; color: #14161a; border-radius: 8px; padding: 1px 8px;"
        )

    def _title(self, entry: Entry) -> str:
        return title_of(entry, [one.name for one in self.desk.session.classes()])

    def _said(self, entry: Entry) -> str:
        if entry.decision.state != "conflict":
            return ""
        return describe_said(entry, self.desk.class_names())

    def _answer(self, entry: Entry) -> tuple[str, str]:
        """What was said of an item, in a word, and its colour."""
        if entry.decision.state == "conflict":
            return "conflict", CONFLICT_COLOUR
        if entry.mine is None:
            return "", ""
        if entry.mine.outcome is not Outcome.CLASS:
            return ANSWER_NAMES[entry.mine.outcome], JUNK_COLOUR
        classes = {one.position: one for one in self.desk.session.classes()}
        label_class = classes.get(-1 if entry.mine.label is None else entry.mine.label)
        return (label_class.name, colour_of(label_class)) if label_class else ("labelled", "#aaa")

    def show_progress(self) -> None:
        progress = self.desk.session.progress()
        self.bar.setMaximum(max(progress.total, 1))
        self.bar.setValue(progress.done)
        self.count.setText(f"{progress.done} of {progress.total}" if progress.total else "")
        pace = describe_pace(progress.per_hour, progress.waiting)
        self.pace.setText(pace)
        self.pace.setVisible(bool(pace))


def describe_place(entry: Entry) -> str:
    """Tomogram and coordinates, as far as they are known."""
    parts = [] if entry.group is None else [entry.group]
    if entry.position_A is not None:
        places = zip("xyz", entry.position_A, strict=True)
        parts.append(", ".join(f"{axis} {at:.0f}" for axis, at in places) + " Å")
    return " · ".join(parts)


def describe_pace(per_hour: float | None, waiting: int) -> str:
    """Labels an hour and the time left at that pace."""
    if not per_hour or not waiting:
        return ""
    minutes = waiting / per_hour * 60
    left = f"{minutes:.0f} min" if minutes >= 1 else "under 1 min"
    if minutes > 90:
        left = f"{minutes / 60:.1f} h"
    return f"{per_hour:.0f} an hour · {left} left"
