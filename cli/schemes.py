"""``cryoal schemes``: the query strategies that there are."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import click

from cryoal import strategies

from .command import CryoalCommand

WIDTH = 96


@click.command("schemes", cls=CryoalCommand)
@click.option("--json", "as_json", is_flag=True, help="For other programs.")
def schemes(as_json: bool) -> None:
    """What --scheme takes: each scheme with its paper, what it needs and what a query costs.

    The cost is what comes on top of one pass of the task model over the candidates.
    """
    table = [describe(strategies.get(name)) for name in strategies.names()]
    if as_json:
        click.echo(json.dumps(table, indent=2))
        return
    for number, scheme in enumerate(table):
        if number:
            click.echo()
        click.echo(click.style(scheme["name"], bold=True))
        needs = ", ".join(scheme["needs"]) or "nothing"
        for line in (
            f"{scheme['summary']}.",
            f"Paper: {scheme['paper']}.",
            f"Needs: {needs}. Cost: {scheme['cost']}.",
        ):
            click.echo(textwrap.indent(textwrap.fill(line, WIDTH), "    "))


def describe(scheme: strategies.Scheme) -> dict[str, Any]:
    return {
        "name": scheme.name,
        "summary": scheme.summary,
        "paper": scheme.paper,
        "needs": sorted(need.value for need in scheme.strategy.needs),
        "cost": scheme.cost,
        "scores_items": issubclass(scheme.strategy, strategies.Scorer),
    }
