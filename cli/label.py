"""``cryoal label``: people answer a query."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from cryoal.counted import counted
from cryoal.errors import CryoalError
from cryoal.labelling.answer_table import RecordedAnswers, record_answers
from cryoal.labelling.opening import open_session
from cryoal.labelling.session import LabelSession
from cryoal.runs.network_disk import network_warning

from .command import CryoalCommand


@click.command("label", cls=CryoalCommand)
@click.argument("queue", metavar="RUN|FILE.cryoal", type=click.Path(path_type=Path))
@click.option("--annotator", metavar="NAME", help="Who labels [the login name].")
@click.option(
    "--answers",
    metavar="FILE.csv",
    type=click.Path(path_type=Path),
    help="Take answers from columns id and label instead of opening a window.",
)
@click.option("--new-classes", is_flag=True, help="With --answers: add classes it names.")
def label(queue: Path, annotator: str | None, answers: Path | None, new_classes: bool) -> None:
    """Answer the open query of a run, or of a bundle made from one.

    In the table of --answers a label is a class, junk, cannot decide or skip; rows without one
    are left out. Any mistake in it, and nothing is recorded.

    Example: cryoal label runs/first --answers answers.csv --annotator ann
    """
    name = annotator if annotator is not None else login_name()
    if queue.is_dir() and (warning := network_warning(queue)):
        click.echo(f"warning: {warning}", err=True)
    if answers is None:
        show_window(queue, name)
        return
    session = open_session(queue, name, volumes=False)
    try:
        print_recorded(session, record_answers(session, answers, new_classes))
    finally:
        session.close()


def show_window(queue: Path, annotator: str) -> None:
    """Label in napari until the window is closed.

    Raises:
        CryoalError: napari is not installed.
    """
    try:
        import napari

        from cryoal.napari_plugin.window import open_window
    except ImportError as error:
        raise CryoalError(
            f"the window needs napari ({error}); install it with: pip install 'cryoal[napari]'"
        ) from error
    open_window(queue, annotator)
    napari.run()


def login_name() -> str:
    """Raises: CryoalError: the system knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise CryoalError("the login name is not known; give --annotator NAME") from error


def print_recorded(session: LabelSession, recorded: RecordedAnswers) -> None:
    total = sum(recorded.counts.values())
    listed = ", ".join(f"{count} {name}" for name, count in recorded.counts.items())
    click.echo(
        f"Recorded {counted(total, 'answer')} by {session.annotator}{': ' if total else ''}{listed}"
    )
    if recorded.new_classes:
        click.echo(f"New classes: {', '.join(recorded.new_classes)}")
    if recorded.repeated:
        click.echo(f"Said before in this query, not recorded again: {recorded.repeated}")
    if recorded.empty:
        click.echo(f"Rows without a label, left out: {recorded.empty}")
    progress = session.progress()
    wait = "waits" if progress.waiting == 1 else "wait"
    others = progress.waiting - progress.left
    whom = f", {others} of them for somebody else" if others else ""
    click.echo(f"{progress.waiting} of {counted(progress.total, 'item')} {wait}{whom}")
    if progress.conflicts:
        click.echo(f"Items whose answers differ, to be reviewed: {progress.conflicts}")
