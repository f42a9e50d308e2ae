"""Keys that can give a class."""

from __future__ import annotations

from collections.abc import Sequence

from cryoal.errors import CryoalError

TAKEN = frozenset("ACDHJNRSUYZ")
"""Letters that do something else: move, cannot decide, hide, junk, new class, redo, skip, undo."""

CLASS_KEYS = "123456789" + "".join(
    letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in TAKEN
)


def fill_keys(chosen: Sequence[str | None]) -> list[str | None]:
    """The key of each class, where those without one of their own get the free ones in order.

    Where there are more classes than keys, the last have none. What is no key, or is another's
    already, counts as none.
    """
    own: list[str | None] = []
    for key in chosen:
        own.append(key if key is not None and key in CLASS_KEYS and key not in own else None)
    free = iter([key for key in CLASS_KEYS if key not in own])
    return [next(free, None) if key is None else key for key in own]


def check_key(key: str) -> str:
    """The key as classes have it, upper case.

    Raises:
        CryoalError: not a key that can give a class.
    """
    if len(key) == 1 and key.upper() in CLASS_KEYS:
        return key.upper()
    raise CryoalError(f"'{key}' cannot be the key of a class; take one of {', '.join(CLASS_KEYS)}")
