"""How the volume is drawn: a strip below it."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QWidget
from superqt import QDoubleRangeSlider, QDoubleSlider
from superqt.utils import signals_blocked

from cryoal.napari_plugin.display_settings import DisplaySettings
from cryoal.napari_plugin.text import button, label

COARSEST_PX = 12.0


class ViewControls(QWidget):
    """Slabs or 3D, thickness, low-pass, contrast and inversion; changes the picture only.

    Thickness and low-pass are read in Å where the size of a voxel is known.
    """

    changed = Signal(object)
    """``DisplaySettings``, as a slider moves."""

    def __init__(
        self,
        settings: DisplaySettings,
        voxel_size_A: float | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.voxel_size_A = voxel_size_A
        self.turn: QPushButton = button("3D  Space", "Slabs or 3D (Space)")
        self.turn.setMinimumWidth(110)
        self.thickness = QDoubleSlider(Qt.Orientation.Horizontal)
        self.thickness.setRange(1, 64)
        self.thickness.setSingleStep(1)
        self.thickness.setValue(settings.thickness_px)
        self.thickness.setToolTip("How much is averaged for each of the three slabs")
        self.lowpass = QDoubleSlider(Qt.Orientation.Horizontal)
        self.lowpass.setRange(0, COARSEST_PX)
        self.lowpass.setSingleStep(0.5)
        self.lowpass.setValue(settings.lowpass_px)
        self.lowpass.setToolTip("Details finer than this are smoothed away")
        self.contrast = QDoubleRangeSlider(Qt.Orientation.Horizontal)
        self.contrast.setRange(0, 100)
        self.contrast.setValue(settings.contrast)
        self.contrast.setToolTip("Percentiles of the picture that become black and white")
        self.invert = QCheckBox("Invert")
        self.invert.setChecked(settings.invert)
        self.invert.setToolTip("Bright becomes dark")
        self.readings = [label(role="number") for _ in range(3)]
        self._lay_out()
        for slider in (self.thickness, self.lowpass, self.contrast):
            slider.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            slider.valueChanged.connect(self._change)
        self.invert.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.invert.toggled.connect(self._change)
        self._read()

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 6, 10, 6)
        layout.setSpacing(10)
        layout.addWidget(self.turn)
        sliders = (self.thickness, self.lowpass, self.contrast)
        names = ("Slab", "Low-pass", "Contrast")
        for name, slider, reading in zip(names, sliders, self.readings, strict=True):
            layout.addSpacing(10)
            layout.addWidget(label(name, "faint"))
            layout.addWidget(slider, 1)
            layout.addWidget(reading)
        self.readings[0].setMinimumWidth(50)
        self.readings[1].setMinimumWidth(50)
        self.readings[2].setMinimumWidth(92)
        layout.addSpacing(10)
        layout.addWidget(self.invert)

    @property
    def settings(self) -> DisplaySettings:
        """What the controls stand at."""
        low, high = map(float, self.contrast.value())
        return DisplaySettings(
            thickness_px=round(self.thickness.value()),
            lowpass_px=round(self.lowpass.value() * 2) / 2,
            contrast=(round(low, 1), round(high, 1)),
            invert=self.invert.isChecked(),
        )

    def fit_box(self, box_px: int) -> None:
        """Slabs are at most as thick as the box."""
        with signals_blocked(self.thickness):
            self.thickness.setMaximum(box_px)
        self._read()

    def show_mode(self, in_3d: bool) -> None:
        """Name what a click turns to."""
        self.turn.setText("Slabs  Space" if in_3d else "3D  Space")

    def _change(self) -> None:
        self._read()
        self.changed.emit(self.settings)

    def _read(self) -> None:
        settings = self.settings
        low, high = settings.contrast
        lowpass = self._length(settings.lowpass_px) if settings.lowpass_px else "off"
        texts = (self._length(settings.thickness_px), lowpass, f"{low:g} – {high:g} %")
        for reading, text in zip(self.readings, texts, strict=True):
            reading.setText(text)

    def _length(self, voxels: float) -> str:
        if self.voxel_size_A is None:
            return f"{voxels:g} px"
        return f"{voxels * self.voxel_size_A:.3g} Å"
