"""A display with napari on it; a test module that imports this is skipped where there is none."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings

import pytest

HOW = (
    "the plugin's tests need a display: apt-get install xvfb libegl1 libgl1 libgl1-mesa-dri "
    "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxkbcommon-x11-0, then make test"
)

if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    pytest.skip(HOW, allow_module_level=True)

# Nobody's settings are read or changed.
os.environ["NAPARI_CONFIG"] = os.path.join(tempfile.mkdtemp(prefix="napari-"), "settings.yaml")

with warnings.catch_warnings():
    # napari's own affair.
    warnings.simplefilter("ignore")
    try:
        import napari.layers
        import napari.qt
        import napari.viewer  # noqa: F401
        import pytestqt  # noqa: F401
    except ImportError as error:
        pytest.skip(f"{HOW} ({error})", allow_module_level=True)
