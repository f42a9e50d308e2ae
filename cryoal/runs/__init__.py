"""Runs: the active-learning loop, who answers it, and its record on disk.

Its names are imported when they are asked for: looking at a run should not wait for torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryoal.runs.folder import RunFolder
    from cryoal.runs.loop import ActiveLearningLoop
    from cryoal.runs.oracle import LabelTable, Oracle, People
    from cryoal.runs.settings import RunSettings, make_settings, read_yaml
    from cryoal.runs.start import continue_run, is_started, open_data, open_volumes, start_run

__all__ = [
    "ActiveLearningLoop",
    "LabelTable",
    "Oracle",
    "People",
    "RunFolder",
    "RunSettings",
    "continue_run",
    "is_started",
    "make_settings",
    "open_data",
    "open_volumes",
    "read_yaml",
    "start_run",
]

_HOMES = {
    "ActiveLearningLoop": "loop",
    "LabelTable": "oracle",
    "Oracle": "oracle",
    "People": "oracle",
    "RunFolder": "folder",
    "RunSettings": "settings",
    "continue_run": "start",
    "is_started": "start",
    "make_settings": "settings",
    "open_data": "start",
    "open_volumes": "start",
    "read_yaml": "settings",
    "start_run": "start",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
