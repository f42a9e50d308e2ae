"""Options that several commands take, and how they become settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, get_args

import click

import models2d
import models3d
from cryoal.errors import CryoalError
from cryoal.learning.recipe import Precision

AnyFunction = Callable[..., Any]

SNR_OPTION = click.option("--snr", type=float, help="Noise variant of the pool, such as 0.05.")
POOL_OPTIONS = (
    SNR_OPTION,
    click.option(
        "--label-column", metavar="NAME", help="Column of a STAR or CSV file that holds the class."
    ),
    click.option("--voxel-size", "voxel_size_A", type=float, help="Voxel size, Å, if not stated."),
    click.option(
        "--contrast",
        type=click.Choice(["bright", "dark"]),
        help="How protein shows; bright where nothing states it.",
    ),
)


SETTINGS_OPTIONS = (
    click.option(
        "--model",
        help=f"Task model, of volumes: {', '.join(models3d.names())}; of images: "
        f"{', '.join(models2d.names())} [compact].",
    ),
    *POOL_OPTIONS,
    click.option("--initial", metavar="N|P%", help="Random first labelled set [10%]."),
    click.option("--budget", metavar="N|P%", help="Labels a cycle [5%]."),
    click.option("--cycles", type=int, help="Trainings; one query fewer [7]."),
    click.option("--subset", metavar="N|P%", help="Score a random part of the candidates [all]."),
    click.option(
        "--score-views", type=int, help="Turned copies that a candidate's score is the mean of [1]."
    ),
    click.option("--dropout", type=float, help="Of the embedding; for mc-dropout and bald [0]."),
    click.option("--epochs", type=int, help="Passes over the labels [600 steps or more]."),
    click.option("--test-share", type=float, help="Share of the labelled items held out [0.2]."),
    click.option("--validation-share", type=float, help="Another held-out share [0]."),
    click.option("--warm-start/--no-warm-start", default=None, help="Keep weights between cycles."),
    click.option("--aggregate", type=click.Choice(["sum", "global"]), help="Gradient norms [sum]."),
    click.option("--grad-scope", type=click.Choice(["all", "head"]), help="Gradient norms [all]."),
    click.option("--device", help="auto, cpu, cuda or cuda:N [auto]."),
    click.option(
        "--precision",
        type=click.Choice(get_args(Precision)),
        help="Of the arithmetic; bf16-mixed is fast on a GPU [32-true].",
    ),
)
RECIPE_OPTIONS = ("epochs", "dropout", "precision")


def settings_options(function: AnyFunction) -> AnyFunction:
    """Add the options that runs and studies share."""
    return with_options(function, SETTINGS_OPTIONS)


def pool_options(function: AnyFunction) -> AnyFunction:
    """Add the options that say how a pool is read."""
    return with_options(function, POOL_OPTIONS)


def with_options(function: AnyFunction, options: Iterable[AnyFunction]) -> AnyFunction:
    """Add ``options``, shown in their order."""
    for option in reversed([*options]):
        function = option(function)
    return function


def quiet_option(function: AnyFunction) -> AnyFunction:
    """Add ``--quiet``."""
    return click.option("--quiet", is_flag=True, help="Print no progress.")(function)


run_argument = click.argument("run", type=click.Path(path_type=Path))

PoolChoice = str | float | None

device_option = click.option(
    "--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N."
)


def merge(base: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """``base`` overridden by options, paths absolute, those of the recipe inside it."""
    plain = {name: value for name, value in given.items() if name not in RECIPE_OPTIONS}
    values = {**base, **plain}
    if "data" not in values:
        raise CryoalError("--data is missing; name the pool, for instance --data tomos/")
    if isinstance(values["data"], str):
        values["data"] = str(Path(values["data"]).absolute())
    recipe = values.get("recipe", {})
    changes = {name: given[name] for name in RECIPE_OPTIONS if name in given}
    if changes and isinstance(recipe, dict):
        values["recipe"] = recipe | changes
    return values
