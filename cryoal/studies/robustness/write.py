"""The report of a robustness study: tables, figures and a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.studies.plan import StudyPlan
from cryoal.studies.robustness.condition import Condition
from cryoal.studies.robustness.findings import Gathered, find
from cryoal.studies.robustness.page import render_robustness
from cryoal.studies.robustness.pictures import draw_findings
from cryoal.studies.robustness.plan import POOLS, all_cells
from cryoal.studies.robustness.probes import probes_of
from cryoal.studies.robustness.source import NoiseSource
from cryoal.studies.robustness.tables import robustness_tables
from cryoal.studies.robustness.verdict import robustness_verdict
from cryoal.studies.target import Target
from cryoal.studies.write import FOLDER, PAGE, write_files, write_study_report


def write_robustness_report(
    folder: Path,
    studies: Mapping[Condition, StudyPlan],
    source: NoiseSource,
    junk: Sequence[str],
    targets: Sequence[Target],
) -> Path:
    """Write ``report/`` into ``folder`` and into each condition's study, finished or not.

    It holds what the report of a study holds; measurements count as far as they are there.

    Args:
        studies: by condition, as ``studies_there`` gives them.
        source: of the pools.
        junk: how names of junk classes begin.
        targets: heights to count labels to.

    Returns:
        Path of the page.

    Raises:
        CryoalError: no results, or the folder cannot be written.
    """
    gathered = {condition: gather(plan) for condition, plan in studies.items()}
    facts = f"{source.settings.data}, model {source.settings.model}."
    cleanest = f"The pool has SNR {source.ratio:.3g} at its cleanest."
    links = []
    for condition, own in gathered.items():
        if own.results:
            write_study_report(
                studies[condition].path,
                own.results,
                expected=own.expected,
                targets=targets,
                classes=source.clean.classes,
                facts=f"{condition.title}. {facts}",
            )
            links.append((condition.title, f"../{condition.folder}/{FOLDER}/{PAGE}"))
    if not links:
        raise CryoalError(f"{folder}: no result yet; let a run of the study finish a cycle first")
    probes = probes_of(studies, source, folder / POOLS)
    findings = find(gathered, probes, source.clean, junk, targets)
    pictures = draw_findings(findings)
    title = f"Robustness {folder.resolve().name}"
    page = render_robustness(findings, pictures, title, f"{facts} {cleanest}", links)
    tables = robustness_tables(findings)
    return write_files(folder, tables, pictures, robustness_verdict(findings), page)


def gather(plan: StudyPlan) -> Gathered:
    """What the runs of a condition measured."""
    cells = all_cells(plan)
    results = [row for cell in cells for row in cell.results()]
    return Gathered(results, [(cell.arm.curve, cell.seed) for cell in cells])
