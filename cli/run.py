"""``cryoal run``: the active-learning loop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import models3d
from cryoal import strategies
from cryoal.errors import CryoalError
from cryoal.reports import write_report
from cryoal.runs import (
    ActiveLearningLoop,
    LabelTable,
    RunFolder,
    continue_run,
    is_started,
    make_settings,
    open_data,
    read_yaml,
    start_run,
)

from .command import CryoalCommand
from .curve import curve_header, curve_line
from .options import pool_options, quiet_option
from .progress import progress_bar


@click.command("run", cls=CryoalCommand)
@click.option("--data", metavar="PATH", help="Pool: folder, STAR file or packed .h5.")
@click.option("--out", type=click.Path(path_type=Path), help="Run folder [runs/DATA-SCHEME].")
@click.option("--config", type=click.Path(path_type=Path), help="YAML; options override it.")
@click.option("--scheme", help=f"How queries are chosen: {', '.join(strategies.names())}.")
@click.option("--model", help=f"Task model: {', '.join(models3d.names())}.")
@pool_options
@click.option("--initial", metavar="N|P%", help="Random first labelled set [10%].")
@click.option("--budget", metavar="N|P%", help="Labels a cycle [5%].")
@click.option("--cycles", type=int, help="Trainings; one query fewer [7].")
@click.option("--subset", metavar="N|P%", help="Score a random part of the candidates [all].")
@click.option("--epochs", type=int, help="Passes over the labels [600 steps or more].")
@click.option("--test-share", type=float, help="Share of the labelled items held out [0.2].")
@click.option("--validation-share", type=float, help="Another held-out share [0].")
@click.option("--seed", type=int, help="Of everything random [0].")
@click.option("--warm-start/--no-warm-start", default=None, help="Keep weights between cycles.")
@click.option("--aggregate", type=click.Choice(["sum", "global"]), help="Gradient norms [sum].")
@click.option("--grad-scope", type=click.Choice(["all", "head"]), help="Gradient norms [all].")
@click.option("--device", help="auto, cpu, cuda or cuda:N [auto].")
@quiet_option
def run(out: Path | None, config: Path | None, quiet: bool, **options: Any) -> None:
    """Train, score, query and label in cycles, with the pool's labels as the oracle.

    On a folder that holds a run, continues it. Defaults are in brackets; the scheme is
    max-entropy and the model compact where none is named.

    Example: cryoal run --data tomos/ --scheme expected --out runs/first
    """
    given = {name: value for name, value in options.items() if value is not None}
    run_given(given, out, config, quiet)


def run_given(given: dict[str, Any], out: Path | None, config: Path | None, quiet: bool) -> None:
    """Carry out ``cryoal run`` with the options that were given."""
    base, source = base_values(out, config)
    settings = make_settings(merge(base, given), source)
    settings.check_names()
    path = out or Path("runs") / f"{Path(settings.data).stem}-{settings.scheme}"
    pool = open_data(settings)
    started = is_started(path)
    if started:
        folder = continue_run(path, settings, pool)
    else:
        with progress_bar("checking voxels", quiet) as progress:
            folder = start_run(path, settings, pool, progress)
    with folder.locked():
        describe_start(folder, len(pool), started)
        click.echo(curve_header())
        loop = ActiveLearningLoop(
            folder,
            pool,
            LabelTable(pool.labels),
            progress=lambda name: progress_bar(name, quiet),
            report=lambda cycle, metrics: click.echo(curve_line(cycle, metrics)),
        )
        loop.run()
        page = write_report(folder, pool)
    click.echo(f"Report: {page}")


def base_values(out: Path | None, config: Path | None) -> tuple[dict[str, Any], str]:
    """Settings that options override, and where they come from: a file, or the run itself."""
    if config is not None:
        return read_yaml(config), str(config)
    if out is not None and is_started(out):
        return RunFolder.open(out).settings.model_dump(), "options"
    return {}, "options"


def merge(base: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """``base`` overridden by options; the pool's place made absolute, epochs put in the recipe."""
    values = {**base, **{name: value for name, value in given.items() if name != "epochs"}}
    if "data" not in values:
        raise CryoalError("--data is missing; name the pool, for instance --data tomos/")
    if isinstance(values["data"], str):
        values["data"] = str(Path(values["data"]).absolute())
    recipe = values.get("recipe", {})
    if "epochs" in given and isinstance(recipe, dict):
        values["recipe"] = recipe | {"epochs": given["epochs"]}
    return values


def describe_start(folder: RunFolder, items: int, started: bool) -> None:
    settings = folder.settings
    done = folder.trained_cycles()
    train, test = len(folder.journal.split("train")), len(folder.journal.split("test"))
    click.echo(
        f"{items} items, {len(folder.journal.classes)} classes, {train} to choose from, "
        f"{test} for testing; scheme {settings.scheme}, model {settings.model}"
    )
    if started and len(done) == settings.cycles and folder.is_finished():
        click.echo(f"The run at {folder.path} is finished; nothing is left to do.")
    elif started:
        click.echo(f"Continuing {folder.path}: {len(done)} of {settings.cycles} trainings done.")
    else:
        click.echo(f"Run folder: {folder.path}")
