"""Where items come from in a list of particles, so that answers can go back into it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation


@dataclass(frozen=True)
class ListOrigin:
    """The list whose particles the items of a pool are.

    Attributes:
        source: the list, absolute.
        digest: of the list's bytes when it was read; empty where it is a folder.
        rows: place of each item among the list's particles (N,), counted from 0, increasing.
        rotations: N, turn the reference into the particle, act on xyz vectors; None where the
            list states no orientation.
    """

    source: Path
    digest: str
    rows: npt.NDArray[np.int64]
    rotations: Rotation | None = None


def list_digest(path: Path) -> str:
    """Thirty-two hexadecimal digits of a file's bytes; empty for a folder."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
