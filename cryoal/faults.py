"""What pydantic found wrong, as people are told it."""

from __future__ import annotations

from pydantic import ValidationError


def faults_of(error: ValidationError, *section: str) -> str:
    """What is wrong in one line, each under its dotted name inside ``section``."""
    return "; ".join(
        ": ".join([*name_of((*section, *fault["loc"])), fault["msg"].removeprefix("Value error, ")])
        for fault in error.errors()
    )


def name_of(place: tuple[int | str, ...]) -> list[str]:
    """Dotted name of a field; none where the fault is of several fields together."""
    return [".".join(map(str, place))] if place else []
