"""How schemes bear noise, and what goes wrong in practice."""

from cryoal.studies.robustness.plan import FILE, RobustnessPlan, studies_there
from cryoal.studies.robustness.probes import probes_of
from cryoal.studies.robustness.section import RobustnessSection
from cryoal.studies.robustness.source import open_source
from cryoal.studies.robustness.write import write_robustness_report

__all__ = [
    "FILE",
    "RobustnessPlan",
    "RobustnessSection",
    "open_source",
    "probes_of",
    "studies_there",
    "write_robustness_report",
]
