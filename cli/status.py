"""``cryoal status``: where a run stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from cryoal.counted import counted
from cryoal.runs import RunFolder
from cryoal.runs.status import run_status

from .command import CryoalCommand
from .curve import curve_header, curve_line
from .options import run_argument


@click.command("status", cls=CryoalCommand)
@run_argument
@click.option("--json", "as_json", is_flag=True, help="For other programs.")
def status(run: Path, as_json: bool) -> None:
    """Labels spent, metrics so far, what comes next and what looks wrong."""
    state = run_status(RunFolder.open(run))
    if as_json:
        click.echo(json.dumps(state, indent=2))
    else:
        print_status(state)


def print_status(state: dict[str, Any]) -> None:
    items = ", ".join(f"{count} {name}" for name, count in state["items"].items() if count)
    click.echo(f"{state['state']}: scheme {state['scheme']}, model {state['model']}")
    click.echo(f"data      {state['data']} ({items})")
    click.echo(f"labelled  {labelled_line(state)}, {state['budget']} a cycle")
    if state["waiting"]:
        many = "volumes of the last query have no answer"
        unanswered = counted(state["waiting"], "volume of the last query has no answer", many)
        click.echo(f"waiting   {unanswered}")
    click.echo(f"trainings {state['cycles_trained']} of {state['cycles']}")
    if state["next"]:
        click.echo(f"next      {state['next']['phase']} of cycle {state['next']['cycle']}")
    if state["pretraining"]:
        matched, seconds = state["pretraining"]["matched"], state["pretraining"]["seconds"]
        click.echo(f"pretrained without labels in {seconds:.0f} s; {matched:.0%} of views matched")
    rows = [{k: v for k, v in row.items() if v is not None} for row in state["metrics"]]
    if rows:
        click.echo(curve_header(state["task"]))
    for row in rows:
        click.echo(curve_line(row["cycle"], row, state["task"], bool(state["items"]["test"])))
    if state["accuracy"]:
        click.echo(f"accuracy  {accuracy_line(state)}")
    elif state["cycles_trained"] and not state["items"]["test"]:
        click.echo("accuracy  no labelled items are held out: 'cryoal audit' cross-validates")
    click.echo(f"stopping  {state['stopping']['explanation']}")
    for warning in state["warnings"]:
        click.echo(f"warning: {warning}")


def labelled_line(state: dict[str, Any]) -> str:
    """Labels spent, other outcomes that there are, and by whom where people label."""
    words = [str(state["labelled"])]
    words += [f"{state[name]} {name}" for name in ("junk", "undecided") if state[name]]
    if state["conflicts"]:
        words.append(counted(state["conflicts"], "conflict"))
    if state["oracle"] == "human" and state["annotators"]:
        people = ", ".join(f"{name} {count}" for name, count in state["annotators"].items())
        words[-1] += f" ({people})"
    return ", ".join(words)


def accuracy_line(state: dict[str, Any]) -> str:
    """The last accuracy with its interval, and what the last cycles gained."""
    known = state["accuracy"]
    line = (
        f"{known['value']:.3f} ({known['low']:.3f} to {known['high']:.3f}, 95 % interval) on "
        f"{known['items']} {known['measured_on']}"
    )
    steps = [
        f"{gain['accuracy']:+.3f} by {counted(gain['labels'], 'label')}" for gain in state["gains"]
    ]
    return f"{line}; last cycles: {', '.join(steps)}" if steps else line
