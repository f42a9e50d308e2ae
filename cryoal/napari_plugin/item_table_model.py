"""Entries of a session as a table."""

from __future__ import annotations

from typing import Literal

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from qtpy.QtGui import QColor

from cryoal.labelling.entry import Entry, SortKey
from cryoal.napari_plugin.class_style import CONFLICT_COLOUR, JUNK_COLOUR, colour_of
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.item_names import is_settled, name_order, row_names, short_names
from cryoal.napari_plugin.said import describe_said
from cryoal.runs.answers import ANSWER_NAMES, Outcome

Index = QModelIndex | QPersistentModelIndex

ITEM, ANSWER, MODEL, SCORE, DOUBT, TOMOGRAM = range(6)
HEADINGS = ("Item", "Answer", "Model", "Score", "Doubt", "Tomogram")
SORT_KEYS: tuple[SortKey, ...] = ("class", "prediction", "score", "doubt", "group")
"""Of the columns from ``ANSWER`` on; how items are named is known only here."""

ROOT = QModelIndex()


class ItemTableModel(QAbstractTableModel):
    """One row an entry; text is made when a row comes into view.

    Attributes:
        entries: the rows, in the order of the session, or by the names that are shown.
    """

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.entries: list[Entry] = []
        self.names: dict[int, str] = {}
        self.titles: dict[int, str] = {}
        self.groups: dict[str, str] = {}
        self._by_name: Literal["ascending", "descending"] | None = None
        self.colours: dict[int, str] = {}

    def refresh(self) -> None:
        """Take the entries of the session anew."""
        self.beginResetModel()
        self.entries = self.desk.session.entries()
        classes = self.desk.session.classes()
        self.names = self.desk.class_names()
        self.titles = row_names(self.entries, [one.name for one in classes])
        if self._by_name is not None:
            self.entries.sort(
                key=lambda entry: name_order(self.titles[entry.item]),
                reverse=self._by_name == "descending",
            )
        self.groups = short_names(one.group for one in self.entries if one.group is not None)
        self.colours = {one.position: colour_of(one) for one in classes}
        self.endResetModel()

    def sort_by(self, column: int, descending: bool) -> None:
        """Choose the order of the rows; it holds from the next :meth:`refresh` on."""
        self._by_name = None
        if column != ITEM:
            self.desk.arrange(
                lambda: self.desk.session.sort(SORT_KEYS[column - ANSWER], descending)
            )
        else:
            self._by_name = "descending" if descending else "ascending"
            self.desk.arrange(lambda: None)

    def row_of(self, item: int) -> int | None:
        """Where an item stands, if it is listed."""
        return next((row for row, one in enumerate(self.entries) if one.item == item), None)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(entry, index.column())
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == ANSWER:
            return QColor(self._colour(entry))
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(entry, index.column())
        return None

    def _tip(self, entry: Entry, column: int) -> str:
        """A cell in full; of an answer, who gave it."""
        if column == ANSWER:
            return describe_said(entry, self.names)
        if column != ITEM:
            return entry.group or "" if column == TOMOGRAM else self._text(entry, column)
        name = entry.id if is_settled(entry) else self.titles[entry.item]
        names = ", ".join(entry.decision.annotators)
        return f"{name}\nanswered by {names}" if names else name

    def _text(self, entry: Entry, column: int) -> str:
        match column:
            case 0:
                return self.titles[entry.item]
            case 1:
                return self._answer(entry)
            case 2:
                return "" if entry.prediction is None else self.names.get(entry.prediction, "")
            case 3:
                return "" if entry.score is None else f"{entry.score:.3g}"
            case 4:
                return "" if entry.doubt is None else f"{entry.doubt:.2f}"
            case _:
                return "" if entry.group is None else self.groups[entry.group]

    def _answer(self, entry: Entry) -> str:
        decision = entry.decision
        if decision.outcome is Outcome.JUNK:
            return ANSWER_NAMES[Outcome.JUNK]
        if decision.label is not None:
            return self.names.get(decision.label, "?")
        if decision.state == "open":
            last = entry.mine or next(reversed(entry.said), None)
            return "–" if last is None else ANSWER_NAMES[last.outcome]
        return decision.state

    def _colour(self, entry: Entry) -> str:
        if entry.decision.state == "conflict":
            return CONFLICT_COLOUR
        if entry.decision.label is None:
            return JUNK_COLOUR
        return self.colours.get(entry.decision.label, JUNK_COLOUR)
