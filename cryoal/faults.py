"""What pydantic found wrong, as people are told it."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_core import ErrorDetails


def faults_of(error: ValidationError, *section: str) -> str:
    """What is wrong in one line, each under its dotted name inside ``section``."""
    return "; ".join(fault_text(fault, *section) for fault in error.errors())


def fault_text(fault: ErrorDetails, *section: str) -> str:
    """One fault under its dotted name inside ``section``."""
    return ": ".join([*name_of((*section, *fault["loc"])), message_of(fault)])


def message_of(fault: ErrorDetails) -> str:
    """One fault without its name."""
    if fault["type"] == "extra_forbidden":
        return "no such setting here; correct the name, or its place in the file"
    return fault["msg"].removeprefix("Value error, ")


def name_of(place: tuple[int | str, ...]) -> list[str]:
    """Dotted name of a field; none where the fault is of several fields together."""
    return [".".join(map(str, place))] if place else []
