"""``cryoal robustness``: schemes under noise, and what goes wrong in practice."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from cryoal.errors import CryoalError
from cryoal.studies import StudyPlan
from cryoal.studies.robustness import (
    FILE,
    RobustnessPlan,
    RobustnessSection,
    open_source,
    probes_of,
    studies_there,
    write_robustness_report,
)

from .command import CryoalCommand
from .numbers import numbers
from .options import SETTINGS_OPTIONS, SNR_OPTION
from .progress import progress_bar
from .study_options import read_arms, read_study, read_targets, study_options
from .study_progress import Task, carry_out, cell_task

OPTIONS = (
    click.option(
        "--snrs",
        metavar="RATIOS",
        help="Variance of signal over noise in the box, such as 0.1,0.05,0.03,0.01.",
    ),
    click.option(
        "--label-noise",
        metavar="CHANCES",
        help="Also compare with wrong answers, such as 0.1,0.3, at the highest ratio.",
    ),
    click.option(
        "--input-snr", type=float, help="Ratio of the pool, where no folder's name states it."
    ),
    click.option("--junk", metavar="NAMES", help="How names of junk classes begin [junk,ice,...]."),
    *(option for option in SETTINGS_OPTIONS if option is not SNR_OPTION),
)


@click.command("robustness", cls=CryoalCommand)
@study_options(*OPTIONS)
def robustness(
    out: Path,
    config: Path | None,
    pretrain: bool,
    self_train: bool,
    jobs: int,
    scheduler: str | None,
    **options: Any,
) -> None:
    """Compare schemes at several signal-to-noise ratios, and see what faults cost.

    OUT/snr-0.05 and so on are studies of 'cryoal compare'. Ratios that the pool's noise variants
    do not have are made from the cleanest. Then, once: models tested at ratios they were not
    trained at, how fresh noise moves the ranking, and what faults at test time cost. The same
    command goes on; ratios, seeds and schemes may be added.

    Example: cryoal robustness --data sample_data/SNR005 --snrs 0.05,0.02 --out studies/noise
    """
    for option, name in (("--snrs", "snrs"), ("--label-noise", "label_noise")):
        if options[name] is not None:
            options[name] = numbers(option, options[name])
    settings, section = read_study(RobustnessSection, options, out, config, FILE)
    plan = RobustnessPlan(
        out,
        read_arms(section, pretrain, self_train),
        section.seeds,
        settings,
        section.snrs,
        section.label_noise,
    )
    targets = read_targets(section)
    if not plan.snrs:
        raise CryoalError("--snrs is missing; name ratios, for instance --snrs 0.1,0.05")
    with progress_bar("measuring the noise") as progress:
        source = open_source(settings, section.input_snr, progress)
    source.check(plan.snrs)
    StudyPlan(out, plan.arms, plan.seeds, settings).check(source.clean)
    plan.check_cleanest()
    plan.write()
    source.make(plan.snrs, plan.pools, progress_bar)
    asked = [plan.study(condition, source) for condition in plan.conditions]
    for study in asked:
        study.write()
    studies = studies_there(out, asked)
    faults = run_studies(plan, asked, jobs, scheduler)
    probes = probes_of(studies, source, plan.pools)
    states = [(probe, probe.is_due()) for probe in probes]
    tasks = [Task(probe.name, probe.run) for probe, is_due in states if is_due]
    done = sum(probe.path.exists() for probe, is_due in states if not is_due)
    faults += carry_out(tasks, done, "measurement", jobs, scheduler)
    failure = f"{len(faults)} failed: {faults[0]}" if faults else None
    page = write_robustness_report(out, studies, source, section.junk, targets)
    click.echo((page.parent / "verdict.txt").read_text(encoding="utf-8").strip())
    click.echo(f"Report: {page}")
    if failure:
        raise CryoalError(failure)


def run_studies(
    plan: RobustnessPlan, studies: Sequence[StudyPlan], jobs: int, scheduler: str | None
) -> list[str]:
    """Run what is not done, a seed after the other over all conditions; the faults."""
    titles = {study.path: f"{c.title}: " for c, study in zip(plan.conditions, studies, strict=True)}
    cells = [(cell, study.settings) for study in studies for cell in study.cells]
    cells.sort(key=lambda pair: pair[0].seed)
    with ExitStack() as held:
        for study in studies:
            held.enter_context(study.locked())
        left = [(cell, settings) for cell, settings in cells if not cell.is_done(settings)]
        tasks = [cell_task(cell, settings, titles[cell.study]) for cell, settings in left]
        return carry_out(tasks, len(cells) - len(left), "run", jobs, scheduler)
