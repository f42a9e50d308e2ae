"""Many runs compared: schemes over seeds and budgets."""

from cryoal.studies.arm import Arm, parse_arm
from cryoal.studies.cell import Cell
from cryoal.studies.plan import StudyPlan, cells_there, read_common
from cryoal.studies.results import CellResult
from cryoal.studies.runner import run_all
from cryoal.studies.target import Target, TargetKind
from cryoal.studies.write import write_study_report

__all__ = [
    "Arm",
    "Cell",
    "CellResult",
    "StudyPlan",
    "Target",
    "TargetKind",
    "cells_there",
    "parse_arm",
    "read_common",
    "run_all",
    "write_study_report",
]
