"""How far a study is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import click

from cryoal.counted import counted
from cryoal.runs import RunSettings
from cryoal.studies import Cell, run_all


@dataclass(frozen=True)
class Task:
    """A piece of a study that can be carried out in another process.

    Attributes:
        name: what it is.
        work: does it.
        outcome: what came of it, once it is done.
    """

    name: str
    work: Callable[[], None]
    outcome: Callable[[], str] = str


def cell_task(cell: Cell, settings: RunSettings, title: str = "") -> Task:
    """The run of a cell; ``title`` goes before its name."""
    return Task(title + cell.name, partial(cell.run, settings), partial(last_result, cell))


def last_result(cell: Cell) -> str:
    last = cell.results()[-1]
    how_good = f"accuracy {last.accuracy:.3f}" if last.miou is None else f"mIoU {last.miou:.3f}"
    return f"{how_good} at {counted(last.labelled, 'label')}"


def carry_out(
    tasks: Sequence[Task], done: int, what: str, jobs: int, scheduler: str | None
) -> list[str]:
    """Do the ``tasks`` that are left, saying how far it is; the faults of those that failed.

    Args:
        done: how many were done before.
        what: a word for one of them.
    """
    total = len(tasks) + done
    click.echo(f"{counted(total, what)}, {done} of them done")
    if not tasks:
        return []
    jobs = min(jobs, len(tasks))
    started, faults = time.monotonic(), []
    works = [task.work for task in tasks]
    for number, (place, fault) in enumerate(run_all(works, jobs, scheduler), start=1):
        spent = time.monotonic() - started
        rest = spent / number * (len(tasks) - number)
        task = tasks[place]
        if fault is not None:
            faults.append(f"{task.name}: {fault}")
            click.echo(f"[{done + number}/{total}] {faults[-1]}", err=True)
            continue
        said = f"{task.name}: {task.outcome()}".removesuffix(": ")
        click.echo(f"[{done + number}/{total}] {said}; {duration(rest)} left")
    return faults


def duration(seconds: float) -> str:
    """``50 s``, ``12 min`` or ``3.4 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
