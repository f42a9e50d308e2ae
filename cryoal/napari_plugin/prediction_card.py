"""What the model thinks, unless it is hidden."""

from __future__ import annotations

from qtpy.QtWidgets import QHBoxLayout, QWidget

from cryoal.labelling.entry import Entry
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.text import button, card, label


class PredictionCard(QWidget):
    """Prediction, probability and score in one line; a button hides them."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.text = label()
        self.toggle = button("", "Prediction and score may bias you; hide or show them (H)")
        self.toggle.clicked.connect(desk.toggle_hidden)
        frame = card()
        inside = QHBoxLayout(frame)
        inside.setContentsMargins(12, 6, 6, 6)
        inside.addWidget(self.text, 1)
        inside.addWidget(self.toggle)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(frame)
        desk.shown.connect(self.show_entry)
        desk.hidden_changed.connect(lambda _: self.show_entry(desk.entry))
        desk.classes_changed.connect(lambda: self.show_entry(desk.entry))

    def show_entry(self, entry: Entry | None) -> None:
        self.toggle.setText("Show  H" if self.desk.hidden else "Hide  H")
        if self.desk.hidden:
            self.text.setText("Prediction and score are hidden")
        else:
            self.text.setText("" if entry is None else self._describe(entry))

    def _describe(self, entry: Entry) -> str:
        names = {one.position: one.name for one in self.desk.session.classes()}
        parts = []
        if entry.prediction in names:
            sure = "" if entry.probability is None else f" {entry.probability:.0%}"
            parts.append(f"Model says {names[entry.prediction]}{sure}")
        if entry.score is not None:
            parts.append(f"score {entry.score:.3g}")
        return " · ".join(parts) or "No model has seen this volume yet"
