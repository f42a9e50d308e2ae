"""``cryoal compare``: schemes against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cryoal.counted import counted
from cryoal.errors import CryoalError
from cryoal.runs import open_data
from cryoal.studies import StudyPlan, cells_there, write_study_report
from cryoal.studies.section import StudySection
from cryoal.task import HEADLINE

from .command import CryoalCommand
from .options import SETTINGS_OPTIONS
from .study_options import read_arms, read_study, read_targets, study_options
from .study_progress import carry_out, cell_task


@click.command("compare", cls=CryoalCommand)
@study_options(*SETTINGS_OPTIONS)
def compare(
    out: Path,
    config: Path | None,
    pretrain: bool,
    self_train: bool,
    jobs: int,
    scheduler: str | None,
    **options: Any,
) -> None:
    """Run every scheme under every seed, and say what the data show and what they do not.

    Runs of one seed share split, first labelled set, weights and recipe. A study that was
    stopped goes on with the same command; schemes and seeds may be added to it. A section
    'study' of --config may hold schemes, seeds and targets.

    Example: cryoal compare --data tomos/ --schemes random,entropy,badge --seeds 5 --out studies/x
    """
    run_study(options, out, config, pretrain, self_train, jobs, scheduler)


def run_study(
    options: dict[str, Any],
    out: Path,
    config: Path | None,
    pretrain: bool,
    self_train: bool,
    jobs: int,
    scheduler: str | None,
) -> None:
    """Carry out ``cryoal compare`` with the options that were given."""
    settings, section = read_study(StudySection, options, out, config)
    arms = read_arms(section, pretrain, self_train)
    targets = read_targets(section)
    pool = open_data(settings)
    settings = settings.suited_to(pool.recipe)
    plan = StudyPlan(out, arms, section.seeds, settings)
    plan.check(pool)
    plan.write()
    cells = plan.cells
    with plan.locked():
        left = [cell for cell in cells if not cell.is_done(settings)]
        tasks = [cell_task(cell, settings) for cell in left]
        faults = carry_out(tasks, len(cells) - len(left), "run", jobs, scheduler)
    failure = f"{counted(len(faults), 'run')} failed: {faults[0]}" if faults else None
    everything = cells + cells_there(out, cells)
    results = [row for cell in everything for row in cell.results()]
    if failure and not results:
        raise CryoalError(failure)
    page = write_study_report(
        out,
        results,
        expected=[(cell.arm.curve, cell.seed) for cell in everything],
        metric=HEADLINE[pool.task],
        targets=targets,
        classes=pool.classes,
        facts=f"{settings.data}, model {settings.model}.",
    )
    click.echo((page.parent / "verdict.txt").read_text(encoding="utf-8").strip())
    click.echo(f"Report: {page}")
    if failure:
        raise CryoalError(failure)
