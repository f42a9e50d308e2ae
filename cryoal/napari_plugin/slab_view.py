"""Three orthogonal slabs and an oblique look, as napari layers."""

from __future__ import annotations

import napari
import numpy as np
import numpy.typing as npt
from napari.layers import Image, Points, Vectors

from cryoal.napari_plugin.display_settings import DisplaySettings
from cryoal.napari_plugin.pictures import Array, Place, centre, limits, oblique, slabs, smoothed

GAP = 0.08
"""Between the pictures, as a share of their size."""

TICK = 0.05
"""Length of the marks at the edges, as a share of the picture."""

OBLIQUE_CONTRAST = (50.0, 99.8)

NAMES = ("XY", "YZ", "XZ", "3D")
Corner = tuple[int, int]


class SlabView:
    """Two rows of two pictures: ``XY YZ`` over ``XZ 3D``, neighbours with an axis in common.

    One image layer holds all four, since what a layer costs napari is most of what a volume
    costs; it is made once and filled again. A click in a slab cuts the other two where it was
    made.

    Attributes:
        hint: what the mouse does here.
    """

    hint = "Click: cut the other pictures there · Wheel: closer or farther · ?: all keys"

    def __init__(self, viewer: napari.Viewer, shape: tuple[int, ...]) -> None:
        self.viewer = viewer
        self.shape = shape
        self.place = centre(shape)
        self.volume: Array | None = None
        self.settings = DisplaySettings()
        depth, height, width = shape
        gap = max(2, round(GAP * width))
        # One black pixel around everything, so that all edges fade alike.
        right, below = 1 + width + gap, 1 + height + gap
        self.corners: tuple[Corner, ...] = ((1, 1), (1, right), (below, 1), (below, right))
        size = (below + max(depth, height) + 1, right + max(depth, width) + 1)
        self.canvas = np.zeros(size, np.float32)
        viewer.dims.ndisplay = 2
        self.picture: Image = viewer.add_image(
            self.canvas, name="slabs", interpolation2d="linear", contrast_limits=(0, 1)
        )
        self.marks: Vectors = viewer.add_vectors(
            self._cross(),
            name="cut",
            edge_width=width / 150,
            edge_color="#4c8dff",
            vector_style="line",
            opacity=0.9,
        )
        self.texts: Points = viewer.add_points(
            np.add(self.corners, (-0.5 - height * 0.008, -0.5)),
            name="names",
            text={
                "string": list(NAMES),
                "color": "#aeb6c4",
                "size": 10,
                "anchor": "upper_left",
            },
            size=0,
            face_color="transparent",
            border_color="transparent",
        )
        # No layer is active, so napari offers no keys of its own.
        viewer.layers.selection.clear()
        viewer.mouse_drag_callbacks.append(self.on_press)
        self.reset_camera()

    @property
    def layers(self) -> list[Image | Points | Vectors]:
        """All layers of this view."""
        return [self.picture, self.marks, self.texts]

    def show(self, volume: Array | None, settings: DisplaySettings) -> None:
        """Draw a volume, cut through its centre, or nothing."""
        for layer in self.layers:
            # napari does all its work again even where nothing changes.
            if layer.visible != (volume is not None):
                layer.visible = volume is not None
        if volume is None:
            return
        self.volume = smoothed(volume, settings)
        self.settings = settings
        look = oblique(self.volume)
        self._put(3, look, limits(look, OBLIQUE_CONTRAST))
        if self.place != centre(self.shape):
            self.place = centre(self.shape)
            self.marks.data = self._cross()
        self._draw()

    def cut(self, place: Place) -> None:
        """Cut the volume on screen at another voxel."""
        self.place = place
        self.marks.data = self._cross()
        self._draw()

    def _draw(self) -> None:
        if self.volume is None:
            return
        pictures = slabs(self.volume, self.place, self.settings.thickness_px)
        values = np.concatenate([picture.ravel() for picture in pictures])
        shared = limits(values, self.settings.contrast)
        for number, picture in enumerate(pictures):
            self._put(number, picture, shared)
        # The layer's own array was written to; giving it a new one makes napari look for its size.
        self.picture.refresh(thumbnail=False, highlight=False, extent=False)

    def _put(self, number: int, picture: Array, contrast: tuple[float, float]) -> None:
        """Write a picture to its place, 0 black and 1 white."""
        low, high = contrast
        row, column = self.corners[number]
        height, width = picture.shape
        scaled = np.clip((picture - low) / (high - low), 0, 1)
        self.canvas[row : row + height, column : column + width] = scaled

    def _cross(self) -> Array:
        """Ticks (n, 2, 2), start and direction, at the edges where the other slabs cut."""
        z, y, x = self.place
        depth, height, width = self.shape
        sizes = ((height, width), (height, depth), (depth, width))
        cuts = ((y, x), (y, z), (z, x))
        ticks = map(_ticks, self.corners[:3], sizes, cuts)
        return np.concatenate(list(ticks))

    def place_at(self, row: float, column: float) -> Place | None:
        """The voxel under a point of the canvas; None beside the slabs."""
        z, y, x = self.place
        for number, (top, left) in enumerate(self.corners[:3]):
            down, across = int(np.floor(row)) - top, int(np.floor(column)) - left
            place = ((z, down, across), (across, down, x), (down, y, across))[number]
            if all(0 <= at < size for at, size in zip(place, self.shape, strict=True)):
                return place
        return None

    def on_press(self, _viewer: object, event: object) -> None:
        """Cut where the mouse was pressed."""
        row, column = event.position[-2:]  # type: ignore[attr-defined]
        place = self.place_at(row + 0.5, column + 0.5)
        if place is not None and self.volume is not None:
            self.cut(place)

    def reset_camera(self) -> None:
        """Fit all pictures into the canvas, with a little room around them."""
        self.viewer.reset_view()
        self.viewer.scene.camera.zoom *= 0.98

    def remove(self) -> None:
        """Take the layers out of the viewer."""
        self.viewer.mouse_drag_callbacks.remove(self.on_press)
        for layer in self.layers:
            if layer in self.viewer.layers:
                self.viewer.layers.remove(layer)


def _ticks(
    corner: tuple[float, float], size: tuple[int, int], cut: tuple[int, int]
) -> npt.NDArray[np.float32]:
    """Four ticks (4, 2, 2) inside a picture; voxels are centred on whole numbers."""
    top, left = corner[0] - 0.5, corner[1] - 0.5
    row, column = corner[0] + cut[0], corner[1] + cut[1]
    across, down = size[1] * TICK, size[0] * TICK
    return np.array(
        [
            [(row, left), (0, across)],
            [(row, left + size[1]), (0, -across)],
            [(top, column), (down, 0)],
            [(top + size[0], column), (-down, 0)],
        ],
        np.float32,
    )
