"""Names of annotators."""

from __future__ import annotations

from cryoal.errors import CryoalError

LONGEST_NAME = 80
"""Characters."""


def checked_annotator(name: str) -> str:
    """The name as it is recorded, without blanks around it.

    Raises:
        CryoalError: it is no name.
    """
    name = name.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise CryoalError(
            f"an annotator needs a name of printable letters, {LONGEST_NAME} at most; give "
            "another --annotator"
        )
    return name
