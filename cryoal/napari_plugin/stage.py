"""The item on screen, in slabs or in 3D."""

from __future__ import annotations

import napari
from qtpy.QtCore import QObject, Signal
from qtpy.QtOpenGLWidgets import QOpenGLWidget

from cryoal.errors import CryoalError
from cryoal.labelling.entry import Entry
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.display_settings import DisplaySettings
from cryoal.napari_plugin.pictures import Array
from cryoal.napari_plugin.slab_view import SlabView
from cryoal.napari_plugin.volume_view import VolumeView


class Stage(QObject):
    """Draws the desk's item into the viewer, one view at a time.

    The first volume tells the shape; a volume of another shape gets new layers.
    """

    shape_changed = Signal(object)
    mode_changed = Signal(bool)

    def __init__(self, viewer: napari.Viewer, canvas: QOpenGLWidget, desk: Desk) -> None:
        super().__init__(desk)
        self.viewer = viewer
        self.canvas = canvas
        self.desk = desk
        self.in_3d = False
        self.view: SlabView | VolumeView | None = None
        self.volume: Array | None = None
        desk.shown.connect(self.show_entry)
        viewer.events.status.connect(self._give_hint)

    def show_entry(self, entry: Entry | None) -> None:
        """Draw the item."""
        self.volume = None if entry is None else self._read(entry.item)
        self._draw()

    def _read(self, item: int) -> Array | None:
        try:
            return self.desk.session.volume(item)
        except CryoalError as error:
            self.desk.fail(error)
            return None

    def change_settings(self, settings: DisplaySettings) -> None:
        """Draw with other settings and remember them."""
        self.desk.preferences.display = settings
        self._draw()

    def toggle_3d(self) -> None:
        """Turn to 3D or back to slabs."""
        self.in_3d = not self.in_3d
        self._clear()
        self._draw()
        self.mode_changed.emit(self.in_3d)

    def fit(self) -> None:
        """Fit the picture into the canvas again."""
        if self.view is not None:
            self.view.reset_camera()

    def _give_hint(self) -> None:
        """Say what the mouse does, where napari would name a layer, unless one was chosen."""
        chosen = self.viewer.layers.selection.active
        if self.view is not None and chosen is None and self.viewer.status != self.view.hint:
            self.viewer.status = self.view.hint

    def _draw(self) -> None:
        if self.volume is not None and (self.view is None or self.view.shape != self.volume.shape):
            self._clear()
            kind = VolumeView if self.in_3d else SlabView
            self.view = kind(self.viewer, self.volume.shape)
            self._give_hint()
            self.shape_changed.emit(self.volume.shape)
        if self.view is not None:
            self.view.show(self.volume, self.desk.preferences.display)

    def _clear(self) -> None:
        if self.view is not None:
            # napari frees what a removed layer holds in whatever GL context is current. Once the
            # window was painted that is Qt's own, and drivers crash at the next draw.
            self.canvas.makeCurrent()
            self.view.remove()
            self.view = None
