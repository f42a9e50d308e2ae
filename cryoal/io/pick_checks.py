"""What no list of particles may hold, whatever its format."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from cryoal.errors import CryoalError
from cryoal.io.control_characters import has_control_characters
from cryoal.io.picks import Picks


def checked(picks: Picks) -> Picks:
    """The same picks.

    Raises:
        CryoalError: a name with control characters; two particles of one id, or at one place of
            one tomogram with one orientation: whatever is learned from one would be tested on the
            other.
    """
    for names in (picks.ids, picks.tomograms, picks.labels):
        _refuse_control_characters(names, picks.wheres)
    _refuse_repeats(picks.ids, picks.wheres, "the id")
    numbers = [picks.positions]
    if picks.shifts_A is not None:
        numbers.append(picks.shifts_A)
    if picks.rotations is not None:
        numbers.append(picks.rotations.as_quat(canonical=True).round(9))
    # Adding 0 makes -0 and 0 the same bytes.
    rows = np.ascontiguousarray(np.hstack(numbers)) + 0.0
    places = [(name, row.tobytes()) for name, row in zip(picks.tomograms, rows, strict=True)]
    _refuse_repeats(places, picks.wheres, "tomogram, place and orientation")
    return picks


def numbered_ids(tomograms: Sequence[str]) -> list[str]:
    """``tomogram/number`` of each particle, counted from 1 within its tomogram as RELION does."""
    counts: dict[str, int] = {}
    ids = []
    for name in tomograms:
        counts[name] = counts.get(name, 0) + 1
        ids.append(f"{name}/{counts[name]}")
    return ids


def unique_ids(names: Sequence[str] | None, tomograms: Sequence[str]) -> list[str]:
    """``names`` where there are such, all filled and different; otherwise numbered."""
    if names is not None and all(names) and len(set(names)) == len(names):
        return list(names)
    return numbered_ids(tomograms)


def _refuse_control_characters(names: Sequence[str], wheres: Sequence[str]) -> None:
    odd = {name for name in set(names) if has_control_characters(name)}
    if odd:
        at = next(at for at, name in enumerate(names) if name in odd)
        raise CryoalError(f"{wheres[at]}: the name {names[at]!a} has control characters; rename it")


def _refuse_repeats(keys: Sequence[Hashable], wheres: Sequence[str], what: str) -> None:
    first: dict[Hashable, int] = {}
    for at, key in enumerate(keys):
        if first.setdefault(key, at) != at:
            shown = f"'{key}' " if isinstance(key, str) else ""
            raise CryoalError(
                f"{wheres[at]}: {what} {shown}is that of {wheres[first[key]]} too; remove one"
            )
