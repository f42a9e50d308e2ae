"""Work that may be stopped at any point and gone on with."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically

RECIPE = "recipe.yaml"
_LOCK = ".lock"
_BEFORE_ITEMS = {RECIPE, _LOCK, "truth.csv"}


@contextmanager
def unfinished(out: Path, recipe: str) -> Iterator[Path]:
    """The folder ``OUT.unfinished``, which becomes ``out`` when the block ends well.

    When the block is left in any other way, or the process is killed, the folder stays if there
    is anything in it, and the next call with the same recipe yields it again with all whole files
    in it. What writes there
    takes :func:`~cryoal.io.atomic.written_atomically`.

    Args:
        out: folder that is not there, or empty.
        recipe: YAML mapping of all that decides what is written; becomes its ``recipe.yaml``.

    Raises:
        CryoalError: ``out`` is in use, the folder is of another recipe, another process works
            on it, or it cannot be written.
    """
    check_free(out)
    out = Path(os.path.abspath(out))
    folder = out.with_name(f"{out.name}.unfinished")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            _check_recipe(folder, recipe)
            _remove_torn(folder)
            try:
                yield folder
            except (CryoalError, MemoryError):
                _remove_bare(folder)
                raise
            (folder / _LOCK).unlink()
            os.replace(folder, out)
    except OSError as error:
        where = error.filename or out
        raise CryoalError(f"{where}: cannot be written ({error.strerror or error})") from error


def check_free(out: Path) -> None:
    """Refuse a place that holds something.

    Raises:
        CryoalError: it does.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CryoalError(f"{out}: already there and not an empty folder; choose another place")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / _LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CryoalError(f"{folder}: another process works on it") from error
        yield


def _check_recipe(folder: Path, recipe: str) -> None:
    path = folder / RECIPE
    if not path.exists():
        with written_atomically(path) as temporary:
            temporary.write_text(recipe, encoding="utf-8")
    begun = path.read_bytes()
    if begun != recipe.encode():
        raise CryoalError(
            f"{folder}: was begun with other settings ({_changes(begun, recipe)}); give those to "
            "finish it, delete the folder, or choose another --out"
        )


def _changes(begun: bytes, recipe: str) -> str:
    try:
        then = yaml.safe_load(begun)
    except (yaml.YAMLError, UnicodeError):
        then = None
    if not isinstance(then, dict):
        return f"its {RECIPE} is damaged"
    now = yaml.safe_load(recipe)
    return ", ".join(
        f"{name}: {then.get(name)} then, {now.get(name)} now"
        for name in {**then, **now}
        if then.get(name) != now.get(name)
    )


def _remove_bare(folder: Path) -> None:
    """Remove a folder in which nothing was made, so that better settings can be tried."""
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    if names <= _BEFORE_ITEMS:
        shutil.rmtree(folder)


def _remove_torn(folder: Path) -> None:
    """Remove what a killed process was writing."""
    for path in folder.rglob(".*"):
        if path.is_file() and path.name != _LOCK:
            path.unlink()
