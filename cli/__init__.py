"""The command ``cryoal``: parses, calls, prints."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "run": "Train, score, query and label in cycles.",
    "label": "Answer a query: in a window, or by a table.",
    "queue": "What waits for an answer.",
    "status": "Where a run stands.",
    "bundle": "A run's query in one file, to be labelled anywhere.",
    "merge": "Labels of a bundle back to its run.",
    "agreement": "How far annotators agree, and where they do not.",
    "audit": "Labels that deserve a second look.",
    "schemes": "How queries can be chosen.",
    "compare": "Schemes against each other, with statistics.",
    "benchmark": "Schemes on the image benchmarks of the literature.",
    "robustness": "Schemes under noise, and what faults cost.",
    "analyse": "Why gradient norms choose what they choose.",
    "report": "Figures and a page of a run.",
    "predict": "Class and probability of every item of a pool.",
    "export": "Labels and predictions, in a copy of the list of particles.",
    "score": "A trained run's scheme over another pool.",
    "inspect": "What a pool holds.",
    "extract": "Boxes around the particles of a list, in one HDF5 file.",
    "pack": "A pool in one HDF5 file.",
    "simulate": "A pool of simulated subtomograms.",
    "noise": "Noisier variants of a pool.",
    "demo": "The main job on the sample data.",
}


class LazyGroup(click.Group):
    """Imports a command's module when the command is asked for, so that help is instant."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = getattr(import_module(f".{name}", __package__), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cryoal")
def main() -> None:
    """Active learning for cryo-ET subtomograms: label the few that matter."""
