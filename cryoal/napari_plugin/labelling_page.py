"""Everything beside the volume while somebody labels."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from cryoal.counted import counted
from cryoal.labelling.entry import Entry
from cryoal.napari_plugin.class_list import ClassList
from cryoal.napari_plugin.class_manager import ClassManager
from cryoal.napari_plugin.closing_question import ClosingQuestion
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.item_card import ItemCard
from cryoal.napari_plugin.item_table import ItemTable
from cryoal.napari_plugin.message_banner import MessageBanner
from cryoal.napari_plugin.prediction_card import PredictionCard
from cryoal.napari_plugin.surroundings import Surroundings
from cryoal.napari_plugin.training_panel import TrainingPanel
from cryoal.napari_plugin.training_process import TrainingProcess

LOW_PX = 800
LABEL, NEW_QUERY = "Label", "Label (new query)"


class LabellingPage(QWidget):
    """Messages, the item, and three tabs: label, review, classes; below them, training.

    A bundle knows no pool to train on, so it has no training.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.card = ItemCard(desk)
        self.prediction = PredictionCard(desk)
        self.class_list = ClassList(desk)
        self.surroundings = Surroundings(desk)
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
            self.process.started.connect(lambda: self._shown(desk.entry))
        self._lay_out()
        desk.shown.connect(self._shown)
        desk.failed.connect(lambda text: self.banner.say(text, "error"))
        desk.queried.connect(self._queried)
        desk.worked.connect(self.forget_error)
        self.tabs.currentChanged.connect(self._turned)

    def _lay_out(self) -> None:
        first = QWidget()
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.prediction)
        column.addWidget(self.class_list, 1)
        column.addWidget(self.surroundings)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for widget, name in ((first, LABEL), (self.table, "Review"), (self.manager, "Classes")):
            self.tabs.addTab(widget, name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.card)
        layout.addWidget(self.tabs, 1)
        if self.training is not None:
            layout.addWidget(self.training)
        self.banner = MessageBanner(self)

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
        if not self.desk.is_writable:
            self.banner.say(self.desk.read_only, "error")
        elif entry is None:
            self.banner.say(self._idle())
        else:
            self.banner.hide()

    def _turned(self, tab: int) -> None:
        """Another tab is in front: what was said was about the one before."""
        if tab == 0 and self.tabs.tabText(0) == NEW_QUERY:
            self.tabs.setTabText(0, LABEL)
            self._to_query()
        else:
            self._shown(self.desk.entry)

    def _queried(self, count: int) -> None:
        """Go on to a new query, or say that it waits where a review would be interrupted."""
        entry = self.desk.entry
        if entry is None or entry.asked:
            return
        new = f"A new query of {counted(count, 'volume')}"
        if self.desk.listed is not None:
            self.tabs.setTabText(0, NEW_QUERY)
            self.banner.say(f"{new} waits under the tab Label.")
            return
        self._to_query()
        if self.desk.entry is not None:
            self.banner.say(f"{new}: this is its first.")

    def _to_query(self) -> None:
        """From an item of an older query to the first that waits."""
        entry = self.desk.entry
        if entry is None or not entry.asked:
            self.desk.next()
        else:
            self._shown(entry)

    def _idle(self) -> str:
        """Why nothing is on screen, and what to do; short, or it would cover the tabs."""
        conflicts = self.desk.session.progress().conflicts
        if not conflicts:
            return self._why_idle()
        teach = counted(conflicts, "item in conflict teaches", "items in conflict teach")
        return f"{self._why_idle()} {teach} nothing until reviewed (tab Review)."

    def _why_idle(self) -> str:
        if self.process is not None and self.process.running:
            return "The model is training. The next volumes come when it is done."
        if self.training is None or self.desk.session.query is not None:
            return f"Nothing to label now: {self.desk.session.idle_reason()}."
        if self.training.is_finished:
            return "Nothing to label now: the run is finished."
        return "Nothing to label now: train, and the next query comes."

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A low window has room for the classes or for pictures, and classes go first."""
        super().resizeEvent(event)
        self.surroundings.limit(1 if self.height() < LOW_PX else 2)

    def _trained(self) -> None:
        self.desk.refresh()
        if self.desk.entry is None:
            self.desk.next()
        elif self.desk.session.query is None:
            self.banner.say(self._idle())

    def may_close(self) -> bool:
        """Ask, where a training would be stopped."""
        if self.process is None or not self.process.running:
            return True
        return ClosingQuestion(self).may_close()

    def close_down(self) -> None:
        """End what runs beside the window."""
        if self.process is not None:
            self.process.close()
