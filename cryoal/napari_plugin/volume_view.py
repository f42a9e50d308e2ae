"""The volume in 3D, as a napari layer."""

from __future__ import annotations

import napari
import numpy as np

from cryoal.napari_plugin.display_settings import DisplaySettings
from cryoal.napari_plugin.pictures import Array, limits, smoothed

FAINTEST = 70.0
"""Percentile below which 3D shows nothing, at the least."""


class VolumeView:
    """One layer, turned with the mouse; the same rays as the small look beside the slabs.

    Attributes:
        hint: what the mouse does here.
    """

    hint = "Drag: turn · Wheel: closer or farther · ?: all keys"

    def __init__(self, viewer: napari.Viewer, shape: tuple[int, ...]) -> None:
        self.viewer = viewer
        self.shape = shape
        viewer.dims.ndisplay = 3
        self.layer = viewer.add_image(
            np.zeros(shape, np.float32),
            name="volume",
            rendering="attenuated_mip",
            attenuation=0.02,
            contrast_limits=(0, 1),
        )
        viewer.layers.selection.clear()
        self.reset_camera()

    def show(self, volume: Array | None, settings: DisplaySettings) -> None:
        """Draw a volume, or nothing."""
        if self.layer.visible != (volume is not None):
            self.layer.visible = volume is not None
        if volume is None:
            return
        picture = smoothed(volume, settings)
        low, high = settings.contrast
        self.layer.data = picture
        self.layer.contrast_limits = limits(picture, (max(low, FAINTEST), max(high, 99.9)))

    def reset_camera(self) -> None:
        """Fit the volume into the canvas and look at it obliquely."""
        self.viewer.reset_view()
        self.viewer.scene.camera.angles = (10, 35, 25)
        # Room for the corners of the turned box.
        self.viewer.scene.camera.zoom *= 0.7

    def remove(self) -> None:
        """Take the layer out of the viewer."""
        if self.layer in self.viewer.layers:
            self.viewer.layers.remove(self.layer)
