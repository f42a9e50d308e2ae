"""``cryoal run``: the active-learning loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from cryoal.counted import counted
from cryoal.errors import CryoalError
from cryoal.pools import SubtomogramPool
from cryoal.pools.tomogram_pool import TomogramPool
from cryoal.reports import write_report
from cryoal.runs import (
    ActiveLearningLoop,
    LabelTable,
    People,
    RunFolder,
    RunSettings,
    continue_run,
    is_started,
    make_settings,
    open_data,
    read_yaml,
    start_run,
)
from cryoal.runs.network_disk import network_warning
from cryoal.runs.status import told_apart, waiting_items
from cryoal.task import Task

from .box_options import box_options, with_boxes
from .command import CryoalCommand
from .curve import curve_header, curve_line
from .options import merge, quiet_option, settings_options
from .progress import progress_bar

WATCH_SECONDS = 2.0

FOR_PEOPLE = ("known_labels", "cold_start", "junk", "overlap")
"""Options that mean nothing where the pool's labels answer."""


@click.command("run", cls=CryoalCommand)
@click.option("--data", metavar="PATH", help="Pool: folder, STAR file or packed .h5.")
@box_options
@click.option("--out", type=click.Path(path_type=Path), help="Run folder [runs/DATA-SCHEME].")
@click.option("--config", type=click.Path(path_type=Path), help="YAML; options override it.")
@click.option("--scheme", help="How queries are chosen, see 'cryoal schemes' [gradnorm-diverse].")
@settings_options
@click.option("--seed", type=int, help="Of everything random [0].")
@click.option(
    "--pretrain/--no-pretrain", default=None, help="Learn from the unlabelled pool first [no]."
)
@click.option(
    "--self-train/--no-self-train",
    default=None,
    help="Learn from the unlabelled pool in each cycle, by a teacher [no].",
)
@click.option(
    "--oracle",
    type=click.Choice(["labels", "human"]),
    help="Who answers: the pool's labels, or people with 'cryoal label' [labels].",
)
@click.option(
    "--known-labels",
    type=click.Choice(["use", "ignore"]),
    help="People: labels that the pool has [use]; ignored ones still test the model.",
)
@click.option(
    "--cold-start",
    type=click.Choice(["random", "diverse"]),
    help="People: first query, drawn at random or spread over the data [random].",
)
@click.option(
    "--junk", type=click.Choice(["class", "leave-out"]), help="People: learn junk or not [class]."
)
@click.option("--overlap", metavar="N|P%", help="People: items of a query that two answer [0].")
@click.option("--proceed", is_flag=True, help="People: go on with the answers that are there.")
@click.option("--watch", is_flag=True, help="People: wait for answers and go on by itself.")
@quiet_option
def run(
    out: Path | None, config: Path | None, quiet: bool, proceed: bool, watch: bool, **options: Any
) -> None:
    """Train, score, query and label in cycles.

    The pool's labels answer, or people: with --oracle human the command ends when volumes wait
    to be labelled ('cryoal label RUN'), and goes on when it is given again.

    Boxes can be cropped out of tomograms each time they are read: name --particles, --tomograms
    and --box in place of --data. 'cryoal extract' makes them once, which trains much faster.

    On a folder that holds a run, continues it; --cycles may grow. Defaults are in brackets; the
    scheme is gradnorm-diverse and the model compact where none is named.

    Example: cryoal run --data tomos/ --scheme expected --out runs/first
    """
    given = {name: value for name, value in options.items() if value is not None}
    run_given(given, out, config, quiet, proceed, watch)


def run_given(
    given: dict[str, Any],
    out: Path | None,
    config: Path | None,
    quiet: bool,
    proceed: bool = False,
    watch: bool = False,
) -> None:
    """Carry out ``cryoal run`` with the options that were given."""
    base, source = base_values(out, config)
    settings = make_settings(merge(base, with_boxes(base, given)), source)
    settings.check_names()
    check_people(settings, given, proceed, watch)
    path = out or Path("runs") / f"{Path(settings.data).stem}-{settings.scheme}"
    pool = open_data(settings)
    settings = settings.suited_to(pool.recipe)
    if isinstance(pool, TomogramPool):
        settings = settings.model_copy(update={"contrast": pool.contrast})
    started = is_started(path)
    if started:
        folder = continue_run(path, settings, pool)
    else:
        if settings.boxes is not None and isinstance(pool, SubtomogramPool):
            for warning in pool.warnings:
                click.echo(f"warning: {warning}", err=True)
        with progress_bar("checking voxels", quiet) as progress:
            folder = start_run(path, settings, pool, progress)
    with folder.locked():
        describe_start(folder, len(pool), started)
        loop = ActiveLearningLoop(
            folder,
            pool,
            LabelTable.of(pool, settings) if settings.oracle == "labels" else People(proceed),
            progress=lambda name: progress_bar(name, quiet),
            report=curve_printer(folder.journal.task, len(folder.journal.split("test")) > 0),
        )
        while not loop.run() and watch:
            wait_for_answers(folder)
        page = write_report(folder, pool)
    click.echo(f"Report: {page}")
    waiting = len(waiting_items(folder))
    if waiting:
        click.echo(
            f"{waiting_line(waiting)}: give 'cryoal label {path}', then 'cryoal run --out {path}' "
            "to go on."
        )


def check_people(
    settings: RunSettings, given: Mapping[str, Any], proceed: bool, watch: bool
) -> None:
    """Refuse options for people where labels are a table.

    Raises:
        CryoalError: names them.
    """
    names = [name for name in FOR_PEOPLE if name in given]
    names += [name for name, is_set in (("proceed", proceed), ("watch", watch)) if is_set]
    if settings.oracle == "labels" and names:
        options = " and ".join(f"--{name.replace('_', '-')}" for name in names)
        verb = "is" if len(names) == 1 else "are"
        raise CryoalError(f"{options} {verb} for people's labels; give --oracle human as well")


def curve_printer(task: Task, is_tested: bool) -> Callable[[int, Mapping[str, float]], None]:
    """Prints the line of a cycle, and the column heads before the first."""
    is_begun = False

    def line(cycle: int, metrics: Mapping[str, float]) -> None:
        nonlocal is_begun
        if not is_begun:
            click.echo(curve_header(task))
        is_begun = True
        click.echo(curve_line(cycle, metrics, task, is_tested))

    return line


def waiting_line(waiting: int) -> str:
    return counted(waiting, "volume waits for a label", "volumes wait for labels")


def wait_for_answers(folder: RunFolder) -> None:
    """Say how many volumes wait, and return when none does any more."""
    waiting = waiting_line(len(waiting_items(folder)))
    click.echo(f"{waiting} ('cryoal label {folder.path}')")
    while waiting_items(folder):
        time.sleep(WATCH_SECONDS)


def base_values(out: Path | None, config: Path | None) -> tuple[dict[str, Any], str]:
    """Settings that options override, and where they come from: a file, or the run itself."""
    if config is not None:
        return read_yaml(config), str(config)
    if out is not None and is_started(out):
        return RunFolder.open(out).settings.model_dump(), "options"
    return {}, "options"


def describe_start(folder: RunFolder, items: int, started: bool) -> None:
    settings = folder.settings
    done = folder.trained_cycles()
    classes = len(told_apart(folder))
    train, test = len(folder.journal.split("train")), len(folder.journal.split("test"))
    click.echo(
        f"{counted(items, 'item')}, {counted(classes, 'class', 'classes')}, {train} to choose "
        f"from, {test} for testing; scheme {settings.scheme}, model {settings.model}"
    )
    if started and len(done) == settings.cycles and folder.is_finished():
        click.echo(f"The run at {folder.path} is finished; nothing is left to do.")
    elif started:
        click.echo(
            f"Continuing {folder.path}: {len(done)} of {counted(settings.cycles, 'training')} done."
        )
    else:
        click.echo(f"Run folder: {folder.path}")
    if warning := network_warning(folder.path):
        click.echo(f"warning: {warning}", err=True)
