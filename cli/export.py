"""``cryoal export``: classes of all particles, in a copy of their list."""

from __future__ import annotations

from pathlib import Path

import click

from cryoal.counted import counted
from cryoal.runs import RunFolder, open_data
from cryoal.runs.inference import TrainedRun
from cryoal.runs.item_answers import item_answers
from cryoal.runs.list_copies import copy_list
from cryoal.runs.selection import select

from .command import CryoalCommand
from .options import device_option, quiet_option, run_argument
from .progress import progress_bar


@click.command("export", cls=CryoalCommand)
@run_argument
@click.option(
    "--like",
    type=click.Path(path_type=Path),
    help="The list that the pool of RUN was made of, to be copied [where it was].",
)
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    required=True,
    help="Copy, of the same ending; a folder where the list is one.",
)
@click.option(
    "--select",
    "conditions",
    metavar="CONDITIONS",
    help="Only these particles, such as 'class=ribosome,p>=0.9' [all].",
)
@click.option("--per-class", is_flag=True, help="A list for each class, OUT.CLASS.star, not one.")
@device_option
@quiet_option
def export(
    run: Path,
    like: Path | None,
    out: Path,
    conditions: str | None,
    per_class: bool,
    device: str,
    quiet: bool,
) -> None:
    """Write labels and predictions of RUN into a copy of the list of its particles.

    Every particle gets its label with probability 1, or else the class and the probability that
    the last model gives it; one that has no box gets none. All else in the list stays as it is,
    byte for byte. Where a list holds class numbers, NAME.classes.csv names them; where it has no
    place for probabilities, they are in NAME.predictions.csv.

    Example: cryoal export runs/mine --like particles.star -o classified.star
    """
    folder = RunFolder.open(run)
    pool = open_data(folder.settings)
    trained = TrainedRun(folder, pool, device)
    with progress_bar("predicting", quiet) as progress:
        answers = item_answers(trained, progress)
    keep = None if conditions is None else select(conditions, answers)
    for path in copy_list(out, pool, answers, like, keep, per_class):
        click.echo(f"Wrote {path}")
    if keep is not None:
        click.echo(f"{sum(keep)} of {counted(len(keep), 'item')} selected")
