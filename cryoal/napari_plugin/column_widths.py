"""Columns that share the width of their table."""

from __future__ import annotations

from collections.abc import Mapping


def shared_widths(wanted: Mapping[int, int], room: int) -> dict[int, int]:
    """Each column's width in pixels, together ``room``.

    Columns that want less than an equal share get what they want and the others share the rest;
    what nobody wants goes to the first.
    """
    widths: dict[int, int] = {}
    left = room
    for place, (column, width) in enumerate(sorted(wanted.items(), key=lambda item: item[1])):
        widths[column] = min(width, left // (len(wanted) - place))
        left -= widths[column]
    if wanted:
        widths[next(iter(wanted))] += left
    return widths
