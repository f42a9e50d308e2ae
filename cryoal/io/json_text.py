"""JSON with the places of its values in the text, so that some can be changed and the rest kept."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from cryoal.errors import CryoalError
from cryoal.io.text_edits import Span
from cryoal.io.text_file import BOM

_BLANKS = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def parse_json(text: str, where: str | Path) -> Any:
    """What a JSON text means.

    Args:
        text: with or without a byte order mark.
        where: file or row, for the message.

    Raises:
        CryoalError: no JSON, or nested or with numbers beyond what Python takes.
    """
    try:
        return json.loads(text.removeprefix(BOM))
    except (ValueError, RecursionError) as error:
        raise CryoalError(f"{where}: is not JSON ({error}); restore it") from error


def value_start(text: str) -> int:
    """Where the first value of a JSON text begins."""
    return _skip(text, len(BOM) if text.startswith(BOM) else 0)


def members(text: str, at: int) -> dict[str, Span]:
    """The place of each member's value of the object that begins at ``at`` of a valid JSON text."""
    places: dict[str, Span] = {}
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        _, end = _DECODER.raw_decode(text, at)
        places[key] = at, end
        at = _next(text, end)
    return places


def elements(text: str, at: int) -> list[Span]:
    """The place of each element of the array that begins at ``at`` of a valid JSON text."""
    places = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        places.append((at, end))
        at = _next(text, end)
    return places


def member_edit(text: str, at: int, name: str, value: str) -> tuple[Span, str]:
    """The edit that gives the object at ``at`` a member of this name with a value in JSON.

    A member of that name gets the value in its place; otherwise one is added at the end.
    """
    places = members(text, at)
    if name in places:
        return places[name], value
    member = f"{json.dumps(name)}: {value}"
    if not places:
        return (at + 1, at + 1), member
    end = max(stop for _, stop in places.values())
    return (end, end), f", {member}"


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    assert found is not None
    return found.end()


def _next(text: str, end: int) -> int:
    """From the end of an element to the next one or to what closes the whole."""
    at = _skip(text, end)
    return _skip(text, at + 1) if text[at] == "," else at
