"""Strategies by name: those of cryoal and those that other packages add."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import TypeVar

from cryoal.errors import CryoalError
from cryoal.strategies.strategy import Strategy

ENTRY_POINT_GROUP = "cryoal.strategies"

AnyStrategy = TypeVar("AnyStrategy", bound=type[Strategy])


@dataclass(frozen=True)
class Scheme:
    """A registered strategy.

    Attributes:
        name: what ``--scheme`` takes.
        summary: one line.
        paper: where the method comes from.
        cost: of a query, beyond one pass of the task model over the candidates.
        strategy: the class; it is built without arguments.
    """

    name: str
    summary: str
    paper: str
    cost: str
    strategy: type[Strategy]


_schemes: dict[str, Scheme] = {}


def register(
    name: str, *, summary: str, paper: str, cost: str = "none"
) -> Callable[[AnyStrategy], AnyStrategy]:
    """Register the decorated ``Strategy`` as the scheme ``name``.

    Raises:
        ValueError: the name is taken.
    """
    if name in _schemes:
        raise ValueError(f"a scheme named '{name}' is already registered: choose another name")

    def add(strategy: AnyStrategy) -> AnyStrategy:
        _schemes[name] = Scheme(name, summary, paper, cost, strategy)
        return strategy

    return add


@cache
def load_plugins() -> None:
    """Import what other packages list under the entry-point group ``cryoal.strategies``."""
    for entry in entry_points().select(group=ENTRY_POINT_GROUP):
        entry.load()


def names() -> list[str]:
    """Names of all schemes, sorted."""
    load_plugins()
    return sorted(_schemes)


def get(name: str) -> Scheme:
    """The scheme ``name``.

    Raises:
        CryoalError: no such scheme; the message gives the near names.
    """
    load_plugins()
    if name in _schemes:
        return _schemes[name]
    near = difflib.get_close_matches(name.lower(), _schemes, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else f"choose one of {', '.join(names())}"
    raise CryoalError(f"unknown scheme '{name}': {hint}")
