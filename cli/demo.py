"""``cryoal demo``: the main job on the sample data."""

from __future__ import annotations

from pathlib import Path

import click

from .command import CryoalCommand
from .options import quiet_option
from .run import run_given

CONFIG = Path("configs") / "demo.yaml"


@click.command("demo", cls=CryoalCommand)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("runs/demo"), show_default=True
)
@quiet_option
def demo(out: Path, quiet: bool) -> None:
    """Run configs/demo.yaml; call it from the folder of a checkout, which holds the sample data."""
    run_given({}, out, CONFIG, quiet)
