"""What the window remembers."""

from __future__ import annotations

from qtpy.QtCore import QSettings

from cryoal.napari_plugin.display_settings import DisplaySettings


class Preferences:
    """Settings of one user on one machine, kept in a file of Qt's choice.

    What cannot be read is as if it had never been set.
    """

    def __init__(self) -> None:
        scope = QSettings.Scope.UserScope
        self.file = QSettings(QSettings.Format.IniFormat, scope, "cryoal", "labelling")

    @property
    def hidden(self) -> bool:
        """Whether prediction and score are hidden."""
        return self.file.value("hidden", "false") == "true"

    @hidden.setter
    def hidden(self, value: bool) -> None:
        self.file.setValue("hidden", "true" if value else "false")

    @property
    def annotator(self) -> str:
        """Who labelled last."""
        return str(self.file.value("annotator", ""))

    @annotator.setter
    def annotator(self, value: str) -> None:
        self.file.setValue("annotator", value)

    @property
    def display(self) -> DisplaySettings:
        """How volumes are drawn."""
        default = DisplaySettings()
        try:
            return DisplaySettings(
                thickness_px=int(self._text("thickness_px", default.thickness_px)),
                lowpass_px=float(self._text("lowpass_px", default.lowpass_px)),
                contrast=(
                    float(self._text("black", default.contrast[0])),
                    float(self._text("white", default.contrast[1])),
                ),
                invert=self._text("invert", default.invert) == "True",
            )
        except ValueError:
            return default

    @display.setter
    def display(self, value: DisplaySettings) -> None:
        black, white = value.contrast
        self.file.setValue("thickness_px", str(value.thickness_px))
        self.file.setValue("lowpass_px", str(value.lowpass_px))
        self.file.setValue("black", str(black))
        self.file.setValue("white", str(white))
        self.file.setValue("invert", str(value.invert))

    def _text(self, key: str, default: object) -> str:
        return str(self.file.value(key, str(default)))
