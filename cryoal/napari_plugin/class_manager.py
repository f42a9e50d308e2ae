"""Add, rename, merge, colour and remove classes, and give them keys."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtGui import QColor
from qtpy.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QComboBox,
    QGridLayout,
    QHeaderView,
    QLineEdit,
    QMessageBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cryoal.napari_plugin.class_style import colour_of
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.text import button, label
from cryoal.runs.class_table import LabelClass

COLOUR, NAME, KEY, ITEMS = range(4)


class ClassManager(QWidget):
    """A table of classes: double-click a colour, a name or a key to change it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.classes: list[LabelClass] = []
        self.table = QTableWidget(0, 4)
        self.table.setHorizontalHeaderLabels(["", "Name", "Key", "Items"])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((COLOUR, 36), (KEY, 52), (ITEMS, 60)):
            self.table.setColumnWidth(column, width)
        self.table.itemChanged.connect(self._edited)
        self.table.cellDoubleClicked.connect(self._double_clicked)
        self.table.itemSelectionChanged.connect(self._select)
        self.name = QLineEdit()
        self.name.setPlaceholderText("Name of a new class")
        self.name.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.name.returnPressed.connect(self.add)
        self.add_button = button("Add")
        self.add_button.clicked.connect(self.add)
        self.target = QComboBox()
        self.target.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.merge_button = button(
            "Merge into", "Its labels count as those of the class at the right, for good"
        )
        self.merge_button.clicked.connect(self.merge)
        self.remove_button = button("Remove", "Only a class that no item carries can go")
        self.remove_button.clicked.connect(self.remove)
        self._lay_out()
        desk.classes_changed.connect(self.rebuild)
        desk.settled.connect(self.show_counts)

    def _lay_out(self) -> None:
        below = QGridLayout()
        below.setSpacing(6)
        below.setColumnStretch(1, 1)
        below.addWidget(self.name, 0, 0, 1, 2)
        below.addWidget(self.add_button, 0, 2)
        below.addWidget(self.merge_button, 1, 0)
        below.addWidget(self.target, 1, 1)
        below.addWidget(self.remove_button, 1, 2)
        hint = "Double-click a colour, a name or a key to change it."
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(label(hint, "faint", wrap=True))
        layout.addWidget(self.table, 1)
        layout.addLayout(below)

    @property
    def selected(self) -> LabelClass | None:
        """The class of the chosen row."""
        rows = {index.row() for index in self.table.selectedIndexes()}
        row = min(rows, default=-1)
        return self.classes[row] if 0 <= row < len(self.classes) else None

    def rebuild(self) -> None:
        """A row for each class as it is now."""
        chosen = self.selected
        self.classes = self.desk.session.classes()
        keys = {one.position: key for key, one in self.desk.session.keys().items()}
        self.table.blockSignals(True)
        self.table.setRowCount(len(self.classes))
        self.table.clearSelection()  # of a row that is another class's now
        for row, one in enumerate(self.classes):
            colour = QTableWidgetItem()
            colour.setBackground(QColor(colour_of(one)))
            colour.setFlags(Qt.ItemFlag.ItemIsEnabled)
            items = QTableWidgetItem()
            items.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            items.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            key = QTableWidgetItem(keys.get(one.position, ""))
            key.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            for column, cell in ((COLOUR, colour), (KEY, key), (ITEMS, items)):
                self.table.setItem(row, column, cell)
            self.table.setItem(row, NAME, QTableWidgetItem(one.name))
            if chosen is not None and one.position == chosen.position:
                self.table.selectRow(row)
        self.table.blockSignals(False)
        self._select()
        self.show_counts()

    def show_counts(self) -> None:
        """Items that carry each class."""
        counts = self.desk.session.progress().by_class
        self.table.blockSignals(True)
        for row, one in enumerate(self.classes):
            if (cell := self.table.item(row, ITEMS)) is not None:
                cell.setText(str(counts.get(one.position, 0)))
        self.table.blockSignals(False)

    def _select(self) -> None:
        """Offer the other classes to merge into."""
        chosen = self.selected
        self.target.clear()
        for one in self.classes:
            if chosen is not None and one.position != chosen.position:
                self.target.addItem(one.name, one.position)
        self.merge_button.setEnabled(self.target.count() > 0)
        self.target.setEnabled(self.target.count() > 0)
        self.remove_button.setEnabled(chosen is not None)

    def _edited(self, cell: QTableWidgetItem) -> None:
        one = self.classes[cell.row()]
        session, text = self.desk.session, cell.text().strip()
        if cell.column() == NAME and text != one.name:
            self._change(lambda: session.rename_class(one.position, text))
        elif cell.column() == KEY:
            self._change(lambda: session.set_shortcut(one.position, text))

    def _double_clicked(self, row: int, column: int) -> None:
        if column == COLOUR:
            one = self.classes[row]
            colour = QColorDialog.getColor(QColor(colour_of(one)), self, f"Colour of {one.name}")
            if colour.isValid():
                self._change(lambda: self.desk.session.set_colour(one.position, colour.name()))

    def add(self) -> None:
        """Make the class that was named."""
        name = self.name.text().strip()
        if name and self._change(lambda: self.desk.session.add_class(name)):
            self.name.clear()

    def merge(self) -> None:
        """Merge the chosen class into the other one, if the user is sure."""
        chosen, into = self.selected, self.target.currentData()
        if chosen is None or into is None:
            return
        question = (
            f"Merge '{chosen.name}' into '{self.target.currentText()}'? "
            "Its labels count as those of the other class from now on. This cannot be undone."
        )
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        answer = QMessageBox.question(self, "Merge classes", question, yes | no, no)
        if answer == yes:
            self._change(lambda: self.desk.session.merge_class(chosen.position, into))

    def remove(self) -> None:
        """Remove the chosen class, if no item carries it."""
        if (chosen := self.selected) is not None:
            self._change(lambda: self.desk.session.remove_class(chosen.position))

    def _change(self, change: Callable[[], object]) -> bool:
        return self.desk.change_classes(change)
