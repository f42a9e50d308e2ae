"""Which key gives which class."""

from __future__ import annotations

from collections.abc import Sequence

from cryoal.errors import CryoalError
from cryoal.runs.class_table import LabelClass

TAKEN = frozenset("ACDHJNRSUYZ")
"""Letters that do something else: move, cannot decide, hide, junk, new class, redo, skip, undo."""

CLASS_KEYS = "123456789" + "".join(
    letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in TAKEN
)


def class_keys(classes: Sequence[LabelClass]) -> dict[str, LabelClass]:
    """Class of each key, in the order of the keys.

    Classes without a shortcut of their own get the free keys by their position; where there are
    more of them than keys, the last have none.
    """
    chosen = {one.shortcut: one for one in classes if one.shortcut is not None}
    free = iter(key for key in CLASS_KEYS if key not in chosen)
    for one in classes:
        if one.shortcut is None and (key := next(free, None)) is not None:
            chosen[key] = one
    return {key: chosen[key] for key in CLASS_KEYS if key in chosen}


def check_key(key: str) -> str:
    """The key as classes have it, upper case.

    Raises:
        CryoalError: not a key that can give a class.
    """
    if len(key) == 1 and key.upper() in CLASS_KEYS:
        return key.upper()
    raise CryoalError(f"'{key}' cannot be the key of a class; take one of {', '.join(CLASS_KEYS)}")
