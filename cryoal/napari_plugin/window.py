"""A napari window for labelling."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import napari

from cryoal.errors import CryoalError
from cryoal.labelling.opening import open_session
from cryoal.napari_plugin.labelling_dock import LabellingDock, hide_layer_docks

WIDTH_PX, HEIGHT_PX = 1500, 960


def open_window(path: Path, annotator: str) -> napari.Viewer:
    """A window on a run folder or bundle; ``napari.run()`` is left to the caller.

    Raises:
        CryoalError: it cannot be opened, or there is no display.
    """
    session = open_session(path, annotator)
    try:
        check_display()
    except CryoalError:
        session.close()
        raise
    viewer = napari.Viewer(title=f"cryoal · {path.name}", show=False)
    dock = LabellingDock(viewer)
    viewer.window.add_dock_widget(dock, name="cryoal", area="right", add_vertical_stretch=False)
    hide_layer_docks(dock)
    viewer.show()
    viewer.window.resize(WIDTH_PX, HEIGHT_PX)  # showing it brings back the size of last time
    dock.begin(session)
    return viewer


def check_display() -> None:
    """Qt ends the program where there is no display, so find out before.

    Raises:
        CryoalError: there is none; says how to label without.
    """
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in displays):
        raise CryoalError(
            "no display to open a window on; take the query to another machine with "
            "'cryoal bundle', or give a table with --answers"
        )
