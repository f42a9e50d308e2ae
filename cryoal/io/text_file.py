"""Text files as they are: line ends and a byte order mark stay where they are."""

from __future__ import annotations

from pathlib import Path

from cryoal.errors import CryoalError

BOM = "\ufeff"


def read_text(path: Path) -> str:
    """The characters of a UTF-8 file; encoded again they are its bytes.

    Raises:
        CryoalError: unreadable, or not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise CryoalError(
            f"{path}: is not UTF-8 text ({error.reason}); save it as UTF-8"
        ) from error
    except OSError as error:
        raise CryoalError(f"{path}: cannot be read ({error.strerror})") from error
