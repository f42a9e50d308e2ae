"""``cryoal predict``: class and probability of every item of a pool."""

from __future__ import annotations

from pathlib import Path

import click

from cryoal.runs import RunFolder, open_data
from cryoal.runs.inference import TrainedRun
from cryoal.runs.predictions import write_predictions

from .command import CryoalCommand
from .options import PoolChoice, device_option, pool_options, quiet_option, run_argument
from .progress import progress_bar


@click.command("predict", cls=CryoalCommand)
@run_argument
@click.option("--data", metavar="PATH", help="Pool [the run's own].")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="A .csv, or a copy of the list."
)
@pool_options
@device_option
@quiet_option
def predict(
    run: Path, data: str | None, out: Path, device: str, quiet: bool, **choice: PoolChoice
) -> None:
    """Predict with the last model of RUN.

    A CSV gets id, class and probability. For a pool that was made of a list of particles, --out
    may be a copy of that list, with class and probability added, all else as it was, as 'cryoal
    export' writes it; but here labels count for nothing, and the pool may be another than RUN's.
    """
    folder = RunFolder.open(run)
    pool = open_data(folder.settings.with_data(data, choice))
    trained = TrainedRun(folder, pool, device)
    with progress_bar("predicting", quiet) as progress:
        prediction = trained.predict(progress)
    for path in write_predictions(out, pool, prediction):
        click.echo(f"Wrote {path}")
