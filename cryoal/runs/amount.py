"""Numbers of items, given as a count (``200``) or a share of the training items (``5%``)."""

from __future__ import annotations

import re

from cryoal.errors import CryoalError

PATTERN = re.compile(r"\s*(\d{1,12}(?:\.\d{1,12})?)\s*(%?)\s*")


def parse_amount(text: str) -> tuple[float, bool]:
    """Value and whether it is a percentage.

    Raises:
        CryoalError: neither a whole number above 0 nor a percentage in (0, 100].
    """
    match = PATTERN.fullmatch(text)
    if match is None:
        raise CryoalError(f"'{text}' is not a number of items; write 200 or 5%")
    value, percent = float(match[1]), match[2] == "%"
    if value <= 0 or (percent and value > 100) or (not percent and value != int(value)):
        raise CryoalError(f"'{text}' is not a number of items; write 200 or 5%")
    return value, percent


def count_items(text: str, total: int) -> int:
    """Items that ``text`` asks for out of ``total``; a percentage gives at least one item."""
    value, percent = parse_amount(text)
    if percent:
        return max(1, round(total * value / 100))
    return int(value)
