"""Which measurements belong to a robustness study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from cryoal.studies.plan import StudyPlan
from cryoal.studies.results import ALL_LABELS
from cryoal.studies.robustness.condition import Condition
from cryoal.studies.robustness.faults import FaultProbe
from cryoal.studies.robustness.plan import all_cells
from cryoal.studies.robustness.probe import Probe
from cryoal.studies.robustness.source import NoiseSource
from cryoal.studies.robustness.stability import StabilityProbe, is_tried
from cryoal.studies.robustness.transfer import TransferProbe

Studies = Mapping[Condition, StudyPlan]


def probes_of(studies: Studies, source: NoiseSource, pools: Path) -> list[Probe]:
    """All measurements on runs that are done, or will be.

    Args:
        studies: by condition.
        source: of the pools.
        pools: where those lie that were made.
    """
    return [
        *transfer_probes(studies, source, pools),
        *fault_probes(studies),
        *stability_probes(studies, source),
    ]


def right_answers(studies: Studies) -> list[Condition]:
    """Conditions whose answers are right, cleanest first."""
    return [condition for condition in studies if not condition.label_noise]


def transfer_probes(studies: Studies, source: NoiseSource, pools: Path) -> Iterator[TransferProbe]:
    conditions = right_answers(studies)
    at = tuple((f"{one.snr:g}", source.settings_at(one.snr, pools)) for one in conditions)
    for condition in conditions:
        for cell in all_cells(studies[condition]):
            if cell.arm.scheme == ALL_LABELS:
                yield TransferProbe(condition, cell, at)


def fault_probes(studies: Studies) -> Iterator[FaultProbe]:
    for condition in right_answers(studies)[:1]:
        plan = studies[condition]
        for cell in all_cells(plan):
            yield FaultProbe(condition, cell, plan.settings)


def stability_probes(studies: Studies, source: NoiseSource) -> Iterator[StabilityProbe]:
    for condition in right_answers(studies):
        plan = studies[condition]
        if not condition.snr < source.ratio or plan.settings.cycles == 1:
            continue
        for cell in all_cells(plan):
            if cell.arm.scheme != ALL_LABELS and is_tried(cell.arm.scheme):
                yield StabilityProbe(condition, cell, source)
