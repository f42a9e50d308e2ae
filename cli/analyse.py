"""``cryoal analyse``: why gradient norms choose what they choose."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from cryoal.analyses.catalogue import SUMMARIES, kind_of

from .command import CryoalCommand
from .progress import progress_bar

OPTIONS = {
    "items": click.option(
        "--items",
        type=click.IntRange(1),
        default=500,
        show_default=True,
        help="Random part of the items that is looked at, at most.",
    ),
    "damping": click.option(
        "--damping",
        type=click.FloatRange(0, min_open=True),
        default=0.1,
        show_default=True,
        help="Added to the diagonal of the curvature; smaller takes longer.",
    ),
    "seed": click.option(
        "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the random part."
    ),
}


class AnalyseGroup(click.Group):
    """An analysis a command, imported when it is asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(SUMMARIES)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        return make_command(name) if name in SUMMARIES else None

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Analyses"):
            formatter.write_dl(list(SUMMARIES.items()))


def make_command(name: str) -> click.Command:
    """The command of one analysis; its fields are options."""
    # These bring torch, which the list of analyses does not need.
    from cryoal.analyses.measurement import means_of
    from cryoal.analyses.source import find_sources
    from cryoal.analyses.write import write_analysis

    from .options import device_option, quiet_option, with_options

    kind: Any = kind_of(name)
    options = [
        click.argument(
            "sources",
            nargs=-1,
            required=True,
            metavar="RUN|STUDY..." if kind.takes_studies else "RUN...",
            type=click.Path(path_type=Path),
        ),
        click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder."),
        *(OPTIONS[field.name] for field in fields(kind)),
        *([device_option] if kind.has_models else []),
        quiet_option,
    ]

    def command(sources: tuple[Path, ...], out: Path, quiet: bool, **given: Any) -> None:
        device = given.pop("device", "auto")
        found = find_sources(sources, name, kind.takes_studies)
        analysis = kind(**given)
        measured = analysis.measure_all(found, device, lambda work: progress_bar(work, quiet))
        page = write_analysis(out, analysis, found, measured)
        click.echo(analysis.verdict(means_of(measured)))
        click.echo(f"Page: {page}")

    about = f"{SUMMARIES[name]}\n\n{kind.about}"
    made = click.command(name, cls=CryoalCommand, help=about)
    return made(with_options(command, options))


@click.group("analyse", cls=AnalyseGroup, context_settings={"help_option_names": ["-h", "--help"]})
def analyse() -> None:
    """Why gradient norms choose what they choose, after Wang et al., AAAI 2022.

    Each analysis takes run folders of 'cryoal run' whose pool has labels, or the folder of a
    study of 'cryoal compare', and writes a table (CSV), a figure (PNG, SVG) and a page. Runs of
    several seeds give means with 95 % intervals.

    Example: cryoal analyse bounds studies/x/cells/entropy-* --out analyses
    """
