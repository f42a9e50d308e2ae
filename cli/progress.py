"""Progress on a terminal (bar, rate, time left) and in a log (a plain line now and then)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

ProgressCallback = Callable[[int, int], None]

SECONDS_BETWEEN_LINES = 10.0


class RateColumn(ProgressColumn):
    """Items per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "", style="cyan")


@contextmanager
def progress_bar(description: str, quiet: bool = False) -> Iterator[ProgressCallback]:
    """Callback ``(done, total)`` that shows how far a long piece of work is, on stderr."""
    if quiet:
        yield lambda _done, _total: None
    elif sys.stderr.isatty():
        with terminal_bar(description) as callback:
            yield callback
    else:
        yield line_writer(description)


@contextmanager
def terminal_bar(description: str) -> Iterator[ProgressCallback]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(description, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def line_writer(description: str) -> ProgressCallback:
    started = time.monotonic()
    last = started

    def write(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < SECONDS_BETWEEN_LINES:
            return
        last = now
        rate = done / (now - started)
        left = f", {(total - done) / rate:.0f} s left" if rate else ""
        print(f"{description}: {done}/{total}, {rate:.1f}/s{left}", file=sys.stderr, flush=True)

    return write
