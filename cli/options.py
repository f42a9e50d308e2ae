"""Options that several commands take, and how they become settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

AnyFunction = Callable[..., Any]

POOL_OPTIONS = (
    click.option("--snr", type=float, help="Noise variant of the pool, such as 0.05."),
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


def pool_options(function: AnyFunction) -> AnyFunction:
    """Add the options that say how a pool is read."""
    for option in reversed(POOL_OPTIONS):
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
