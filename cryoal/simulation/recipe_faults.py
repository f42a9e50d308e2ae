"""What is wrong with a recipe, told of what gave it: an option or a file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cryoal.errors import CryoalError
from cryoal.faults import fault_text, message_of

NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


def recipe_error(
    error: ValidationError, source: str, kind: str, options: Mapping[str, str]
) -> CryoalError:
    """All faults in one line.

    Args:
        source: where those values come from that are not of ``options``.
        kind: of recipe, as it is named in one.
        options: how fields are called that were given on the command line.
    """
    of_options, others, name = [], [], source
    for fault in error.errors():
        option = options.get(str(fault["loc"][0])) if fault["loc"] else None
        if option is not None:
            of_options.append(_option_text(fault, option, source, kind))
            continue
        others.append(fault_text(fault))
        if not fault["loc"] and options:  # of several fields together, perhaps some of these
            name = f"{source} with {', '.join(options.values())}"
    if others:
        of_options.append(f"{name}: {'; '.join(others)}")
    return CryoalError("; ".join(of_options))


def _option_text(fault: ErrorDetails, option: str, source: str, kind: str) -> str:
    if fault["type"] == "extra_forbidden":
        return f"{option} does not go with {source}, a recipe of kind {kind}; leave it out"
    return f"{option}: {message_of(fault)}"
