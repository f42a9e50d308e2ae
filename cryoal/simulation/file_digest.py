"""By what a recipe knows that a structure is still the file it was."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryoal.errors import CryoalError


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal.

    Raises:
        CryoalError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as error:  # a path with a NUL in it is no value
        reason = getattr(error, "strerror", error)
        raise CryoalError(f"{path}: cannot be read ({reason}); correct the path") from error
