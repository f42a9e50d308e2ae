"""``cryoal agreement``: how far annotators agree."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from cryoal.counted import counted
from cryoal.labelling.agreement import Agreement, Estimate
from cryoal.labelling.run_agreement import run_agreement
from cryoal.runs import RunFolder

from .command import CryoalCommand
from .options import run_argument


@click.command("agreement", cls=CryoalCommand)
@run_argument
@click.option("--csv", "as_csv", is_flag=True, help="Only the disagreements: id,annotator,label.")
def agreement(run: Path, as_csv: bool) -> None:
    """Agreement beyond chance of the people who labelled the same items, and where they differ.

    Ask two people with 'cryoal run --overlap 10%'. Reviews do not count as answers.
    """
    folder = RunFolder.open(run)
    found = run_agreement(folder)
    ids = dict(folder.journal.db.execute("SELECT item, id FROM items"))
    if as_csv:
        write_disagreements(found, ids)
    else:
        print_agreement(found, ids)


def write_disagreements(found: Agreement, ids: dict[int, str]) -> None:
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["id", "annotator", "label"])
    for one in found.disagreements:
        table.writerows((ids[one.item], *said) for said in one.answers.items())


def print_agreement(found: Agreement, ids: dict[int, str]) -> None:
    if found.same is None:
        click.echo("No item was answered by two people yet; ask for it with --overlap 10%.")
        return
    share, low, high = found.same
    items, people = counted(found.items, "item"), ", ".join(found.annotators)
    click.echo(f"{items} answered by two or more of {people}")
    click.echo(f"same answer: {share:.1%} ({low:.1%} to {high:.1%}, 95 % interval)")
    if found.overall is not None:
        click.echo(estimate_line(found.overall))
    if len(found.pairs) > 1:
        for pair in found.pairs:
            names = " and ".join(pair.annotators)
            click.echo(f"  {names}, {counted(pair.items, 'item')}: {estimate_line(pair.kappa)}")
    if found.disagreements:
        click.echo("disagreements:")
    for one in found.disagreements:
        said = ", ".join(f"{name}: {value}" for name, value in one.answers.items())
        click.echo(f"  {ids[one.item]}: {said}")


def estimate_line(estimate: Estimate) -> str:
    """A coefficient with its interval, or why there is none."""
    if estimate.value is None:
        return f"{estimate.name} is not defined: all answers are the same"
    if estimate.low is None:
        return f"{estimate.name} {estimate.value:.2f} (too few items for an interval)"
    return (
        f"{estimate.name} {estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f}, "
        "95 % interval)"
    )
