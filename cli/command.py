"""What all commands share: ``-h``, ``--debug``, and mistakes told in one line with exit code 2."""

from __future__ import annotations

import sqlite3
from typing import Any

import click

from cryoal.errors import CryoalError


class CryoalCommand(click.Command):
    """A command whose failures end as ``error: ...`` unless ``--debug`` asks for the traceback.

    A full disk or a missing permission can strike at any write, so ``OSError`` is told the same
    way as a ``CryoalError``.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("context_settings", {})["help_option_names"] = ["-h", "--help"]
        super().__init__(*args, **kwargs)
        self.params.append(
            click.Option(
                ["--debug"],
                is_flag=True,
                expose_value=False,
                is_eager=True,
                callback=remember_debug,
                help="Show the traceback of an error.",
            )
        )

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        Raises:
            Failure: what went wrong, in one line, unless ``--debug`` was given.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader of our output left; click ends quietly
            raise
        except (CryoalError, OSError, MemoryError, sqlite3.DatabaseError) as error:
            if ctx.meta.get("cryoal.debug"):
                raise
            raise Failure(one_line(error)) from error


class Failure(click.ClickException):
    """Exit code 2, as for a wrong option."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Print the message on stderr."""
        click.echo(f"error: {self.message}", err=True, file=file)


def remember_debug(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    ctx.meta["cryoal.debug"] = value


def one_line(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return f"not enough memory ({error})"
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())
