"""``cryoal benchmark``: schemes against each other on the data sets of the literature."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cryoal.studies.benchmark import BENCHMARKS, PRESETS, find_benchmark, settings_file

from .command import CryoalCommand
from .compare import run_study
from .options import SETTINGS_OPTIONS, with_options
from .study_options import FIRST_OPTIONS, LAST_OPTIONS

OPTIONS = (
    click.option("--dataset", type=click.Choice(list(BENCHMARKS)), required=True),
    click.option(
        "--root",
        type=click.Path(path_type=Path),
        required=True,
        help="Folder that holds the data set as it was downloaded.",
    ),
    click.option(
        "--preset",
        type=click.Choice(PRESETS),
        default="paper",
        show_default=True,
        help="Settings of Wang et al. 2022 (paper), of Gul et al. 2024 (lplgrad), or for minutes "
        "on a CPU (quick); other options override them.",
    ),
    *FIRST_OPTIONS,
    *SETTINGS_OPTIONS,
    *LAST_OPTIONS,
)


@click.command("benchmark", cls=CryoalCommand)
@lambda function: with_options(function, OPTIONS)
def benchmark(
    dataset: str,
    root: Path,
    preset: str,
    out: Path,
    pretrain: bool,
    self_train: bool,
    jobs: int,
    scheduler: str | None,
    **options: Any,
) -> None:
    """Compare schemes on a data set of the literature, with its published settings.

    The same engine as 'cryoal compare', and the same report. Data sets are downloaded by hand;
    where one is missing, the message says which files make it up.

    Example: cryoal benchmark --dataset cifar10 --root data/ --preset quick --out studies/cifar10
    """
    options["data"] = str(find_benchmark(dataset, root))
    config = settings_file(dataset, preset)
    run_study(options, out, config, pretrain, self_train, jobs, scheduler)
