"""All answers that can be given."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtGui import QKeySequence, QShortcut
from qtpy.QtWidgets import QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from cryoal.labelling.entry import Entry
from cryoal.napari_plugin.class_row import ClassRow
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.pictures import Array, grey_bytes, middle_slab
from cryoal.napari_plugin.text import button
from cryoal.runs.answers import Outcome


class ClassList(QWidget):
    """A row a class, the outcomes that are no class, and a field for a new class."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.rows: dict[int, ClassRow] = {}
        self._counts: dict[int, int] = {}
        self._averages: dict[int, Array | None] = {}
        desk.averages.made.connect(self.show_average)
        self.box = QVBoxLayout()
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(3)
        self.new_name = QLineEdit()
        self.new_name.setPlaceholderText("Name of the new class; Enter labels with it")
        self.new_name.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.new_name.returnPressed.connect(self.make_class)
        self.new_name.editingFinished.connect(self.new_name.hide)
        self.new_name.hide()
        escape = QShortcut(QKeySequence("Esc"), self.new_name)
        escape.setContext(Qt.ShortcutContext.WidgetShortcut)
        escape.activated.connect(self.leave_field)
        self._lay_out()
        desk.classes_changed.connect(self.rebuild)
        desk.shown.connect(self.show_entry)
        desk.hidden_changed.connect(lambda _: self.show_entry(desk.entry))
        desk.settled.connect(self.show_counts)

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self.box)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        others = QHBoxLayout()
        others.setSpacing(6)
        self.junk = button("Junk  J", "Ice, gold, a membrane's edge, nothing at all (J)")
        self.undecided = button(
            "Undecided  C", "Cannot decide: comes back later or goes to somebody else (C)"
        )
        self.skip = button("Skip  S", "Leave it for now (S)")
        for widget, outcome in (
            (self.junk, Outcome.JUNK),
            (self.undecided, Outcome.UNDECIDED),
            (self.skip, Outcome.SKIP),
        ):
            widget.clicked.connect(lambda _=False, said=outcome: self.desk.answer(said))
            others.addWidget(widget, 3 if outcome is Outcome.UNDECIDED else 2)
        self.new = button("New  N", "Make a class and label this volume with it (N)")
        self.new.clicked.connect(self.ask_new_class)
        others.addWidget(self.new, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(scroll, 1)
        layout.addLayout(others)
        layout.addWidget(self.new_name)

    def rebuild(self) -> None:
        """A row for each class as it is now."""
        for row in self.rows.values():
            self.box.removeWidget(row)
            row.hide()
            row.deleteLater()
        classes = self.desk.session.classes()
        keys = {one.position: key for key, one in self.desk.session.keys().items()}
        self.rows = {one.position: ClassRow(one, keys.get(one.position)) for one in classes}
        for row in self.rows.values():
            row.clicked.connect(lambda label: self.desk.answer(Outcome.CLASS, label))
            self.box.addWidget(row)
        self.redraw_averages()
        self.show_entry(self.desk.entry)
        self.show_counts()

    def show_entry(self, entry: Entry | None) -> None:
        """Mark the answer that the item has, and the prediction unless it is hidden."""
        mine = None if entry is None or entry.mine is None else entry.mine.label
        for position, row in self.rows.items():
            guessed = entry is not None and entry.prediction == position and not self.desk.hidden
            row.show_state(mine == position, entry.probability if entry and guessed else None)

    def show_counts(self) -> None:
        """Items of each class; a class whose number changed is averaged anew."""
        counts = self.desk.session.progress().by_class
        for position, row in self.rows.items():
            count = counts.get(position, 0)
            row.count.setText(str(count))
            if self._counts.get(position, 0) != count:
                self.desk.averages.want(position)
        self._counts = dict(counts)

    def show_average(self, position: int, average: Array | None) -> None:
        """Draw a class's average, (D, H, W), or nothing where there is none."""
        self._averages[position] = average
        if position in self.rows:
            settings = self.desk.preferences.display
            self.rows[position].show_average(
                None
                if average is None
                else grey_bytes(middle_slab(average, settings), settings.contrast)
            )

    def redraw_averages(self) -> None:
        """Draw all averages with the settings of now."""
        for position, average in self._averages.items():
            self.show_average(position, average)

    def ask_new_class(self) -> None:
        """Put the keyboard into the field for a new class."""
        self.new_name.show()
        self.new_name.setFocus()
        self.new_name.selectAll()

    def make_class(self) -> None:
        """Make the class that was named and label the item on screen with it."""
        name = self.new_name.text().strip()
        if not name:
            return
        made = []
        if self.desk.change_classes(lambda: made.append(self.desk.session.add_class(name))):
            self.new_name.clear()
            self.leave_field()
            if self.desk.entry is not None:
                self.desk.answer(Outcome.CLASS, made[0].position)

    def leave_field(self) -> None:
        """Give the keyboard back to the keys of the window."""
        self.new_name.clearFocus()
        self.window().setFocus()
