"""``cryoal bundle``: the open query of a run in one file."""

from __future__ import annotations

from pathlib import Path

import click

from cryoal.counted import counted
from cryoal.labelling.bundle_writer import write_bundle
from cryoal.runs import RunFolder, open_volumes

from .command import CryoalCommand
from .options import quiet_option, run_argument
from .progress import progress_bar


@click.command("bundle", cls=CryoalCommand)
@run_argument
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), required=True, help="Such as queue.cryoal."
)
@click.option("--annotator", metavar="NAME", help="Keep the volumes for NAME for 14 days.")
@quiet_option
def bundle(run: Path, out: Path, annotator: str | None, quiet: bool) -> None:
    """Write what waits in the query of RUN to one file, to be labelled without RUN and its data.

    Label it anywhere with 'cryoal label FILE', then bring the labels back with 'cryoal merge RUN
    FILE'.

    Example: cryoal bundle runs/first -o queue.cryoal --annotator ann
    """
    folder = RunFolder.open(run)
    pool = open_volumes(folder.settings)
    with progress_bar("bundling", quiet) as progress:
        facts = write_bundle(folder, pool, out, annotator, progress)
    size = out.stat().st_size / 1e6
    kept = f", kept for {annotator} for 14 days" if annotator is not None else ""
    click.echo(f"Wrote {out}: {counted(len(facts.items), 'volume')}, {size:.1f} MB{kept}")
    click.echo(f"Label it: cryoal label {out}    then: cryoal merge {run} {out}")
