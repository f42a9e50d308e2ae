"""Runs: the active-learning loop, who answers it, and its record on disk."""

from cryoal.runs.folder import RunFolder
from cryoal.runs.loop import ActiveLearningLoop
from cryoal.runs.oracle import LabelTable, Oracle, People
from cryoal.runs.settings import RunSettings, make_settings, read_yaml
from cryoal.runs.start import continue_run, is_started, open_data, start_run

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
    "read_yaml",
    "start_run",
]
