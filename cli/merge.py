"""``cryoal merge``: labels of a bundle back to its run."""

from __future__ import annotations

from pathlib import Path

import click

from cryoal.counted import counted
from cryoal.labelling.merge import Conflict, merge_bundle
from cryoal.runs import RunFolder
from cryoal.runs.status import waiting_items

from .command import CryoalCommand
from .options import run_argument


@click.command("merge", cls=CryoalCommand)
@run_argument
@click.argument("bundle", type=click.Path(path_type=Path))
def merge(run: Path, bundle: Path) -> None:
    """Bring what was labelled in BUNDLE back to RUN.

    Nothing is overwritten: where the run and the bundle differ, the item is a conflict that
    counts for nothing until somebody reviews it. Merging again brings only what is new.
    """
    folder = RunFolder.open(run)
    report = merge_bundle(folder, bundle)
    if report.new_events:
        new = counted(report.new_events, "new answer or change", "new answers and changes")
        click.echo(f"{new}, {counted(report.labels, 'item')} labelled")
    else:
        click.echo("Nothing new in it.")
    if report.new_classes:
        click.echo(f"new classes: {', '.join(report.new_classes)}")
    for note in report.class_notes:
        click.echo(note)
    if report.conflicts:
        click.echo(f"in conflict, left out until reviewed: {len(report.conflicts)}")
    for conflict in report.conflicts:
        click.echo(f"  {conflict_line(conflict)}")
    waiting = len(waiting_items(folder))
    still = counted(waiting, "volume of the query still waits", "volumes of the query still wait")
    click.echo(still)


def conflict_line(conflict: Conflict) -> str:
    """What each said of the item."""
    said = [
        f"{annotator}: {value}{' (in this bundle)' if here else ''}"
        for annotator, value, here in conflict.answers
    ]
    return f"{conflict.id}: {'; '.join(said)}"
