"""Lists of numbers on the command line."""

from __future__ import annotations

from cryoal.errors import CryoalError


def numbers(option: str, text: str) -> list[float]:
    """``0.1,0.05`` as numbers.

    Raises:
        CryoalError: another thing than numbers with commas between; names the option.
    """
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise CryoalError(f"{option} {text!r}: expected numbers with commas between") from None
