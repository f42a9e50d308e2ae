"""What all commands share: ``-h``, ``--debug``, and mistakes told in one line with exit code 2."""

from __future__ import annotations

import sqlite3
from typing import Any

import click

from cryoal.errors import CryoalError


class CryoalCommand(click.Command):
    """A command whose failures end as ``error: ...`` unless ``--debug`` asks for the traceback.

    A full disk or a missing permission can strike at any write, so ``OSError`` is told the same
    way as a ``CryoalError``. An option that is given twice is refused: click would take the last
    without a word.
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

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line.

        Raises:
            Failure: what is wrong with it, in one line.
        """
        try:
            if not ctx.resilient_parsing:
                self.check_once(ctx, args)
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            text = one_line(error).rstrip(".")
            raise Failure(f"{text}; see '{ctx.command_path} -h'") from error

    def check_once(self, ctx: click.Context, args: list[str]) -> None:
        """Refuse an option that is given twice and takes one value.

        Raises:
            UsageError: names it.
        """
        # The parser empties the list that it is given.
        _, _, given = self.make_parser(ctx).parse_args(args=[*args])
        for param in given:
            if not isinstance(param, click.Option) or param.multiple or param.count:
                continue
            if given.count(param) > 1:
                raise click.UsageError(
                    f"{param.opts[0]} is given {given.count(param)} times; give it once, and where "
                    "it takes several values, with commas between"
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
        return (
            f"not enough memory ({error}); ask for less at once, such as smaller boxes or volumes, "
            "or use a machine with more"
        )
    if isinstance(error, click.UsageError):
        return " ".join(error.format_message().split())
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())
