"""``cryoal audit``: labels that deserve a second look."""

from __future__ import annotations

from pathlib import Path

import click

from cryoal.counted import counted
from cryoal.labelling.audit import Audit, audit_labels
from cryoal.runs import RunFolder, open_volumes

from .command import CryoalCommand
from .options import device_option, quiet_option, run_argument
from .progress import progress_bar

SHOWN = 10


@click.command("audit", cls=CryoalCommand)
@run_argument
@device_option
@quiet_option
def audit(run: Path, device: str, quiet: bool) -> None:
    """Rank the labels of RUN that models contradict which never saw them.

    Trains the run's model five times, each time without a fifth of the labels.
    """
    folder = RunFolder.open(run)
    pool = open_volumes(folder.settings)
    with progress_bar("cross-validating", quiet) as progress:
        found = audit_labels(folder, pool, device, progress)
    print_audit(found)


def print_audit(found: Audit) -> None:
    accuracy = found.accuracy
    if accuracy is not None:
        click.echo(
            f"cross-validated accuracy {accuracy.value:.3f} ({accuracy.low:.3f} to "
            f"{accuracy.high:.3f}, 95 % interval) on {accuracy.items} of "
            f"{counted(found.labels, 'label')}"
        )
        click.echo("Items that the run asked about are harder than the pool's average.")
    if not found.doubtful:
        click.echo("No label is in doubt.")
    else:
        sure = sum(one.confident for one in found.doubtful)
        doubtful = counted(len(found.doubtful), "label is", "labels are")
        click.echo(f"{doubtful} in doubt, {sure} of them confidently:")
    for one in found.doubtful[:SHOWN]:
        click.echo(
            f"  {one.id}: {one.label} ({one.label_probability:.2f}), rather {one.suggested} "
            f"({one.suggested_probability:.2f})"
        )
    if len(found.doubtful) > SHOWN:
        click.echo(f"  ... and {len(found.doubtful) - SHOWN} more")
    click.echo(f"Wrote {found.table}")
