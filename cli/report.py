"""``cryoal report``: figures and a page of a run."""

from __future__ import annotations

from pathlib import Path

import click

from cryoal.errors import CryoalError
from cryoal.pools import Pool
from cryoal.reports import write_report
from cryoal.runs import RunFolder, RunSettings, open_data

from .command import CryoalCommand
from .options import quiet_option, run_argument


@click.command("report", cls=CryoalCommand)
@run_argument
@quiet_option
def report(run: Path, quiet: bool) -> None:
    """Write RUN/report/index.html and its figures, also for a run that is not finished.

    Without the run's pool everything but the slices of the queried items is there.
    """
    folder = RunFolder.open(run)
    page = write_report(folder, pool_at_hand(folder.settings, quiet))
    click.echo(f"Report: {page}")


def pool_at_hand(settings: RunSettings, quiet: bool) -> Pool | None:
    """The run's pool, or None with a note on stderr where it cannot be opened."""
    try:
        return open_data(settings)
    except CryoalError as error:
        if not quiet:
            click.echo(f"note: no slices of the queried items: {error}", err=True)
        return None
