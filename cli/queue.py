"""``cryoal queue``: what waits for an answer."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from cryoal.counted import counted
from cryoal.labelling.opening import open_source
from cryoal.labelling.waiting import WaitingItem, waiting_items

from .command import CryoalCommand

CSV_HEADER = ["cycle", "rank", "index", "id", "score", "prediction", "probability", "state"]


@click.command("queue", cls=CryoalCommand)
@click.argument("queue", metavar="RUN|FILE.cryoal", type=click.Path(path_type=Path))
@click.option("--csv", "as_csv", is_flag=True, help="For other programs.")
def queue(queue: Path, as_csv: bool) -> None:
    """Items of the open query without an answer, in the order of asking.

    STATE is new, put-off (skipped, or somebody could not decide), half (one of two people
    answered) or taken (somebody has it on screen or in a bundle).
    """
    source = open_source(queue, volumes=False)
    try:
        query, items = source.query(), waiting_items(source)
    finally:
        source.close()
    if as_csv:
        print_csv(items)
    elif query is None:
        click.echo("No query waits for answers.")
    else:
        of = f"{len(items)} of {counted(len(query.items), 'item')}"
        click.echo(f"Query of cycle {query.cycle}: {of} {'waits' if len(items) == 1 else 'wait'}")
        print_table(items)


def print_csv(items: list[WaitingItem]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    for one in items:
        facts = one.facts
        cells = [facts.cycle, facts.rank, facts.item, facts.id, facts.score, one.prediction]
        writer.writerow([*cells, facts.probability, one.state])


def print_table(items: list[WaitingItem]) -> None:
    """Rank, score, probability, prediction, state and id; a dash for what no model said."""
    if not items:
        return
    wide = max([len("prediction"), *(len(one.prediction or "") for one in items)])
    click.echo(f"{'rank':>5}  {'score':>9}  {'prob':>5}  {'prediction':{wide}}  {'state':9}  id")
    for one in items:
        facts = one.facts
        score = "-" if facts.score is None else f"{facts.score:.4g}"
        probability = "-" if facts.probability is None else f"{facts.probability:.2f}"
        click.echo(
            f"{facts.rank:>5}  {score:>9}  {probability:>5}  {one.prediction or '-':{wide}}  "
            f"{one.state:9}  {facts.id}"
        )
