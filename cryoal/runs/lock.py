"""A folder that one process at a time works on."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryoal.errors import CryoalError


@contextmanager
def locked(folder: Path, file: str, what: str) -> Iterator[None]:
    """Hold ``folder`` for this process; the lock goes with the process, however it ends.

    Args:
        folder: of what is held.
        file: name of the file in it that is locked.
        what: a word for what is held.

    Raises:
        CryoalError: another process works on it, or it cannot be written.
    """
    try:
        handle = (folder / file).open("w")
    except OSError as error:
        raise CryoalError(
            f"{folder}: the {what} cannot go on where nothing can be written "
            f"({error.strerror}); copy it to where you may write, or mend the permissions"
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CryoalError(
                f"{folder}: another process works on this {what}; wait for it or stop it"
            ) from error
        except OSError as error:
            raise CryoalError(
                f"{folder}: cannot be locked there ({error.strerror}); move it to a disk "
                "of this machine"
            ) from error
        yield
