"""Review: all items asked for or labelled, to be filtered, sorted, looked at and changed."""

from __future__ import annotations

from magicgui.widgets import CheckBox
from qtpy.QtCore import QModelIndex, Qt
from qtpy.QtGui import QHideEvent, QResizeEvent, QShowEvent
from qtpy.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from cryoal.labelling.entry import Entry
from cryoal.napari_plugin.column_widths import shared_widths
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.filter_box import FilterBox
from cryoal.napari_plugin.item_table_model import (
    DOUBT,
    MODEL,
    SCORE,
    TOMOGRAM,
    ItemTableModel,
)
from cryoal.napari_plugin.text import label

STATES = [
    ("Waiting", "open"),
    ("Labelled", "decided"),
    ("In conflict", "conflict"),
    ("Undecided", "undecided"),
]
ROWS_MEASURED = 200
"""Rows whose texts decide how wide a column is."""

HINT = "Keys answer for the item on screen; where it no longer waits, they override its answer."


class ItemTable(QWidget):
    """A click shows an item; the window's keys change its answer."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.model = ItemTableModel(desk, self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.setWordWrap(False)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.clicked.connect(self._clicked)
        header = self.table.horizontalHeader()
        header.setSectionsClickable(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setResizeContentsPrecision(ROWS_MEASURED)
        header.sectionClicked.connect(self._sort)
        self.state = FilterBox("All states", STATES)
        self.label = FilterBox("All classes")
        self.group = FilterBox("All tomograms")
        self.disagreement = CheckBox(text="Disagreements")
        self.disagreement.tooltip = "Annotators differ, or the model says otherwise"
        self.predicted = self.scored = False
        self._lay_out()
        for widget in (self.state, self.label, self.group, self.disagreement):
            widget.native.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            widget.changed.connect(self._filter)
        desk.classes_changed.connect(self._offer_classes)
        desk.settled.connect(self.refresh)
        desk.shown.connect(self._select)
        desk.hidden_changed.connect(self.refresh)

    def _lay_out(self) -> None:
        filters = QGridLayout()
        filters.setSpacing(6)
        for place, widget in enumerate((self.state, self.label, self.disagreement, self.group)):
            filters.addWidget(widget.native, *divmod(place, 2))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(label(HINT, "faint", wrap=True))
        layout.addLayout(filters)
        layout.addWidget(self.table, 1)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.desk.listed = None

    def refresh(self) -> None:
        """List the session's entries, if anybody can see them."""
        if self.isVisible():
            self.model.refresh()
            if self.is_unfiltered:
                self._offer_columns()
            self._hide_model(self.desk.hidden)
            self._fit_columns()
            self.desk.listed = [entry.item for entry in self.model.entries]
            self._select(self.desk.entry)

    @property
    def is_unfiltered(self) -> bool:
        """Whether the whole query and all that is labelled is listed."""
        chosen = (self.state.value, self.label.value, self.group.value)
        return chosen == (None, None, None) and not self.disagreement.value

    def _select(self, entry: Entry | None) -> None:
        if not self.isVisible():
            return
        row = None if entry is None else self.model.row_of(entry.item)
        if row is None:
            self.table.clearSelection()
        else:
            self.table.selectRow(row)

    def _clicked(self, index: QModelIndex) -> None:
        self.desk.goto(self.model.entries[index.row()].item)

    def _sort(self, column: int) -> None:
        header = self.table.horizontalHeader()
        header.setSortIndicatorShown(True)
        descending = header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        self.model.sort_by(column, descending)

    def _filter(self) -> None:
        self.desk.arrange(
            lambda: self.desk.session.filter(
                state=self.state.value,
                label=self.label.value,
                group=self.group.value,
                disagreement=self.disagreement.value,
            )
        )

    def _offer_classes(self) -> None:
        self.label.choices = [(one.name, one.position) for one in self.desk.session.classes()]

    def _offer_columns(self) -> None:
        """Tomograms where there are several, doubt where there was an audit."""
        entries = self.model.entries
        groups = {one.group for one in entries if one.group is not None}
        self.group.choices = [(name, name) for name in sorted(groups)]
        self.group.native.setVisible(len(groups) > 1)
        self.table.setColumnHidden(TOMOGRAM, len(groups) < 2)
        audited = any(one.doubt is not None for one in entries)
        self.table.setColumnHidden(DOUBT, not audited)
        self.predicted = any(one.prediction is not None for one in entries)
        self.scored = any(one.score is not None for one in entries)

    def _hide_model(self, hidden: bool) -> None:
        self.table.setColumnHidden(MODEL, hidden or not self.predicted)
        self.table.setColumnHidden(SCORE, hidden or not self.scored)

    def _fit_columns(self) -> None:
        """As wide as their texts, as far as the table has room."""
        header = self.table.horizontalHeader()
        wanted = {
            column: max(self.table.sizeHintForColumn(column), header.sectionSizeHint(column))
            for column in range(self.model.columnCount())
            if not self.table.isColumnHidden(column)
        }
        for column, width in shared_widths(wanted, self.table.viewport().width()).items():
            self.table.setColumnWidth(column, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()
