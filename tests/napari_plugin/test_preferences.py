from __future__ import annotations

import display  # noqa: F401
import pytest

from cryoal.napari_plugin.display_settings import DisplaySettings
from cryoal.napari_plugin.preferences import Preferences


def test_what_was_set_is_remembered() -> None:
    settings = DisplaySettings(thickness_px=9, lowpass_px=2.5, contrast=(3, 97), invert=True)
    first = Preferences()
    first.hidden, first.annotator, first.display = True, "ann", settings
    second = Preferences()
    assert (second.hidden, second.annotator, second.display) == (True, "ann", settings)


def test_nothing_set_gives_the_defaults() -> None:
    preferences = Preferences()
    assert not preferences.hidden
    assert preferences.display == DisplaySettings()


@pytest.mark.parametrize("key", ["thickness_px", "black"])
def test_a_broken_file_is_as_if_nothing_was_set(key: str) -> None:
    preferences = Preferences()
    preferences.file.setValue(key, "thick")
    assert preferences.display == DisplaySettings()
