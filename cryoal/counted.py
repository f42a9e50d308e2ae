"""Numbers of things in words."""

from __future__ import annotations


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 volume``, ``2 volumes``; ``many`` where an s does not make the plural of ``one``."""
    return f"{number} {one if number == 1 else many or one + 's'}"
