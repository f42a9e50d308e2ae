"""Everything beside the volume while somebody labels."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from cryoal.labelling.entry import Entry
from cryoal.napari_plugin.class_list import ClassList
from cryoal.napari_plugin.class_manager import ClassManager
from cryoal.napari_plugin.closing_question import ClosingQuestion
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.item_card import ItemCard
from cryoal.napari_plugin.item_table import ItemTable
from cryoal.napari_plugin.message_banner import MessageBanner
from cryoal.napari_plugin.neighbour_strip import NeighbourStrip
from cryoal.napari_plugin.prediction_card import PredictionCard
from cryoal.napari_plugin.tomogram_map import TomogramMap
from cryoal.napari_plugin.training_panel import TrainingPanel
from cryoal.napari_plugin.training_process import TrainingProcess


class LabellingPage(QWidget):
    """Messages, the item, and three tabs: label, review, classes; below them, training.

    A bundle knows no pool to train on, so it has no training.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.banner = MessageBanner()
        self.card = ItemCard(desk)
        self.prediction = PredictionCard(desk)
        self.class_list = ClassList(desk)
        self.neighbours = NeighbourStrip(desk)
        self.map = TomogramMap(desk)
        self.table = ItemTable(desk)
        self.manager = ClassManager(desk)
        self.process: TrainingProcess | None = None
        self.training: TrainingPanel | None = None
        path = desk.session.source.path
        if path.is_dir():
            self.process = TrainingProcess(path, self)
            self.training = TrainingPanel(desk, self.process)
            self.training.failed.connect(lambda text: self.banner.say(desk.in_words(text), "error"))
            self.training.trained.connect(self._trained)
        self._lay_out()
        desk.shown.connect(self._shown)
        desk.failed.connect(lambda text: self.banner.say(text, "error"))

    def _lay_out(self) -> None:
        first = QWidget()
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.prediction)
        column.addWidget(self.class_list, 1)
        column.addWidget(self.neighbours)
        column.addWidget(self.map)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for widget, name in ((first, "Label"), (self.table, "Review"), (self.manager, "Classes")):
            self.tabs.addTab(widget, name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.banner)
        layout.addWidget(self.card)
        layout.addWidget(self.tabs, 1)
        if self.training is not None:
            layout.addWidget(self.training)

    def new_class(self) -> None:
        """Ask for the name of a new class."""
        self.tabs.setCurrentIndex(0)
        self.class_list.ask_new_class()

    def forget_error(self) -> None:
        """Something else is being done than what went wrong."""
        if self.banner.is_error:
            self._shown(self.desk.entry)

    def _shown(self, entry: Entry | None) -> None:
        """An old message is about an item before; what is special now is said instead."""
        if entry is None:
            self.banner.say(f"Nothing to label now: {self.desk.session.idle_reason()}.")
        elif self.desk.session.source.database.writable:
            self.banner.hide()
        else:
            self.banner.say(
                f"{self.desk.name} is read-only: you can look, but no answer is kept. Copy it to "
                "where you may write.",
                "error",
            )

    def _trained(self) -> None:
        self.desk.refresh()
        if self.desk.entry is None:
            self.desk.next()

    def may_close(self) -> bool:
        """Ask, where a training would be stopped."""
        if self.process is None or not self.process.running:
            return True
        return ClosingQuestion(self).may_close()

    def close_down(self) -> None:
        """End what runs beside the window."""
        if self.process is not None:
            self.process.close()
