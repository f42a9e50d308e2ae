"""What all commands share."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner, Result
from cryoal_cli import COMMANDS, main
from cryoal_cli.command import CryoalCommand


@click.command("tell", cls=CryoalCommand)
@click.option("--snr")
@click.option("--keep/--drop", default=None)
@click.option("--quiet", is_flag=True)
@click.option("--file", multiple=True)
@click.option("--size", type=int)
@click.option("--name", required=True)
@click.argument("path", required=False)
def tell(**values: object) -> None:
    """Say what was given."""
    if values["path"] == "large":
        raise MemoryError("Unable to allocate 9 GiB")
    click.echo(values)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(tell, arguments)


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("--snr", "0.1", "--snr", "0.2"), "--snr"),
        (("--snr=0.1", "--quiet", "--snr=0.1"), "--snr"),
        (("--keep", "--drop"), "--keep"),
        (("--name", "b"), "--name"),
    ],
)
def test_an_option_given_twice_is_refused(arguments: tuple[str, ...], option: str) -> None:
    result = run("--name", "a", *arguments)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"error: {option} is given 2 times; give it once")


def test_what_may_be_given_several_times_is() -> None:
    result = run("--name", "a", "--file", "x", "--file", "y", "here")
    assert result.exit_code == 0
    assert "'file': ('x', 'y')" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing option '--name'"),
        (("--name", "a", "--size", "b"), "Invalid value for '--size'"),
        (("--name", "a", "--sise", "2"), "No such option"),
        (("--name", "a", "x", "y"), "unexpected extra argument"),
    ],
)
def test_a_wrong_command_line_is_one_line(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    assert message in line
    assert line.endswith("; see 'tell -h'")


def test_too_little_memory_is_told_with_advice() -> None:
    result = run("--name", "a", "large")
    assert result.exit_code == 2
    assert "not enough memory (Unable to allocate 9 GiB); ask for less" in result.stderr


def test_help_needs_nothing_else() -> None:
    result = run("-h")
    assert result.exit_code == 0
    assert "Say what was given." in result.output


def test_every_command_is_one_of_these() -> None:
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        found = [command]
        if isinstance(command, click.Group):
            context = click.Context(command)
            found = [command.get_command(context, one) for one in command.list_commands(context)]
        assert found, name
        assert all(isinstance(one, CryoalCommand) for one in found), name
