"""What the model thinks, unless it is hidden."""

from __future__ import annotations

from qtpy.QtWidgets import QHBoxLayout, QWidget
from superqt import QElidingLabel

from cryoal.labelling.entry import Entry
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.text import button, card, label


class PredictionCard(QWidget):
    """Prediction, probability and score of the item on screen; a button hides them."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.text = QElidingLabel()
        self.score = label(role="faint")
        self.toggle = button("", "Prediction and score may bias you; hide or show them (H)")
        self.toggle.clicked.connect(desk.toggle_hidden)
        frame = card()
        inside = QHBoxLayout(frame)
        inside.setContentsMargins(12, 4, 6, 4)
        inside.addWidget(self.text, 1)
        inside.addWidget(self.score)
        inside.addWidget(self.toggle)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(frame)
        desk.shown.connect(self.show_entry)
        desk.hidden_changed.connect(lambda _: self.show_entry(desk.entry))
        desk.classes_changed.connect(lambda: self.show_entry(desk.entry))

    def show_entry(self, entry: Entry | None) -> None:
        self.setVisible(entry is not None)
        if entry is None:
            return
        self.toggle.setText("Show  H" if self.desk.hidden else "Hide  H")
        if self.desk.hidden:
            text, score = "Hidden", ""
        else:
            text, score = self._prediction(entry), describe_score(entry)
        self.text.setText(text)
        self.text.setToolTip(text)
        self.score.setText(score)

    def _prediction(self, entry: Entry) -> str:
        names = self.desk.class_names()
        if entry.prediction is None:
            if entry.asked:
                return "No model has seen it yet"
            return "No prediction: it is from before the first training"
        sure = "" if entry.probability is None else f", {entry.probability:.0%}"
        return f"Model: {names.get(entry.prediction, '?')}{sure}"


def describe_score(entry: Entry) -> str:
    """The score, where there is one."""
    return "" if entry.score is None else f"score {entry.score:.3g}"
