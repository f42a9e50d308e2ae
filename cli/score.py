"""``cryoal score``: a trained run's scheme over another pool."""

from __future__ import annotations

from pathlib import Path

import click

from cryoal.runs import RunFolder, open_data
from cryoal.runs.inference import TrainedRun
from cryoal.runs.predictions import write_scores

from .command import CryoalCommand
from .options import PoolChoice, device_option, pool_options, quiet_option, run_argument
from .progress import progress_bar


@click.command("score", cls=CryoalCommand)
@run_argument
@click.option("--data", metavar="PATH", help="Pool [the run's own].")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="CSV to write.")
@pool_options
@device_option
@quiet_option
def score(
    run: Path, data: str | None, out: Path, device: str, quiet: bool, **choice: PoolChoice
) -> None:
    """Rank the items of a pool by RUN's scheme and last model, those to label first on top."""
    folder = RunFolder.open(run)
    pool = open_data(folder.settings.with_data(data, choice))
    trained = TrainedRun(folder, pool, device)
    with progress_bar("scoring", quiet) as progress:
        scores, prediction = trained.score(progress)
    write_scores(out, pool, scores, prediction)
    click.echo(f"Wrote {out}")
