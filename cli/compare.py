"""``cryoal compare``: schemes against each other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cryoal.counted import counted
from cryoal.errors import CryoalError
from cryoal.runs import make_settings, open_data, read_yaml
from cryoal.runs.settings import RunSettings
from cryoal.studies import (
    Cell,
    StudyPlan,
    Target,
    TargetKind,
    cells_there,
    parse_arm,
    read_common,
    run_cells,
    write_study_report,
)
from cryoal.studies.target import DEFAULT_TARGETS

from .command import CryoalCommand
from .options import merge, settings_options

SCHEMES = "random,balanced-random,margin,entropy,badge,gradnorm-diverse"


@click.command("compare", cls=CryoalCommand)
@click.option("--data", metavar="PATH", help="Pool with labels: folder, STAR file or packed .h5.")
@click.option(
    "--schemes",
    default=SCHEMES,
    show_default=True,
    help="Comma-separated; badge+pretrain and badge+self-train learn from the unlabelled pool.",
)
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the study.")
@click.option("--config", type=click.Path(path_type=Path), help="YAML; options override it.")
@settings_options
@click.option("--pretrain", is_flag=True, help="All schemes learn from the unlabelled pool first.")
@click.option("--self-train", is_flag=True, help="All schemes learn from it in each cycle.")
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="A|P%",
    help="Accuracy to count labels to, such as 0.8, or 95% of that of the all-labels model.",
)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Runs at once.")
@click.option("--scheduler", metavar="ADDRESS", help="A dask scheduler, in place of --jobs.")
def compare(
    schemes: str,
    seeds: int,
    out: Path,
    config: Path | None,
    pretrain: bool,
    self_train: bool,
    targets: Sequence[str],
    jobs: int,
    scheduler: str | None,
    **options: Any,
) -> None:
    """Run every scheme under every seed, and say what the data show and what they do not.

    Runs of one seed share split, first labelled set, weights and recipe. A study that was
    stopped goes on with the same command; schemes and seeds may be added to it.

    Example: cryoal compare --data tomos/ --schemes random,entropy,badge --seeds 5 --out studies/x
    """
    given = {name: value for name, value in options.items() if value is not None}
    settings = study_settings(given, out, config)
    names = [name for name in schemes.split(",") if name]
    arms = tuple(dict.fromkeys(parse_arm(name, pretrain, self_train) for name in names))
    if not arms:
        raise CryoalError("--schemes names no scheme; 'cryoal schemes' lists them")
    wanted = [parse_target(text) for text in targets] or list(DEFAULT_TARGETS)
    plan = StudyPlan(out, arms, seeds, settings)
    pool = open_data(settings)
    plan.write()
    cells = plan.cells
    faults = carry_out(cells, settings, jobs, scheduler)
    failure = f"{counted(len(faults), 'run')} failed: {faults[0]}" if faults else None
    everything = cells + cells_there(out, cells)
    results = [row for cell in everything for row in cell.results()]
    if failure and not results:
        raise CryoalError(failure)
    page = write_study_report(
        out,
        results,
        expected=[(cell.arm.name, cell.seed) for cell in everything],
        targets=wanted,
        classes=pool.classes,
        facts=f"{settings.data}, model {settings.model}.",
    )
    click.echo((page.parent / "verdict.txt").read_text(encoding="utf-8").strip())
    click.echo(f"Report: {page}")
    if failure:
        raise CryoalError(failure)


def study_settings(given: dict[str, Any], out: Path, config: Path | None) -> RunSettings:
    """Settings of all runs: the study's own where it is there, a file's, or the defaults."""
    if config is not None:
        return make_settings(merge(read_yaml(config), given), str(config))
    base = read_common(out).model_dump() if (out / "study.yaml").exists() else {}
    return make_settings(merge(base, given), "options")


def carry_out(
    cells: Sequence[Cell], settings: RunSettings, jobs: int, scheduler: str | None
) -> list[str]:
    """Run the cells that are not done, saying how far it is; the faults of those that failed."""
    left = [cell for cell in cells if not cell.is_done(settings)]
    done = len(cells) - len(left)
    click.echo(f"{counted(len(cells), 'run')}, {done} of them done")
    started, faults = time.monotonic(), []
    for number, outcome in enumerate(run_cells(left, settings, jobs, scheduler), start=1):
        spent = time.monotonic() - started
        rest = spent / number * (len(left) - number)
        if outcome.fault:
            faults.append(f"{outcome.cell.name}: {outcome.fault}")
            click.echo(f"[{done + number}/{len(cells)}] {faults[-1]}", err=True)
            continue
        last = outcome.cell.results()[-1]
        click.echo(
            f"[{done + number}/{len(cells)}] {outcome.cell.name}: accuracy {last.accuracy:.3f} at "
            f"{counted(last.labelled, 'label')}; {duration(rest)} left"
        )
    return faults


def duration(seconds: float) -> str:
    """``50 s``, ``12 min`` or ``3.4 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def parse_target(text: str) -> Target:
    """An accuracy, ``0.8``, or a share of the all-labels model's, ``95%``.

    Raises:
        CryoalError: neither, or not between 0 and 1.
    """
    share = text.strip().endswith("%")
    try:
        value = float(text.strip().removesuffix("%")) / (100 if share else 1)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1:
        raise CryoalError(f"--target {text}: give an accuracy such as 0.8, or a share such as 95%")
    return Target(TargetKind.ALL_LABELS if share else TargetKind.ABSOLUTE, value)
