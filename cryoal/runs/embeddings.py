"""Embeddings of some items on disk: where the model of a cycle sees them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically


def save_embeddings(
    path: Path, items: npt.NDArray[np.int64], embeddings: npt.NDArray[np.float32]
) -> None:
    """Write pool positions (n,) and their embeddings (n, width); whole or not at all."""
    with written_atomically(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, items=items, embeddings=embeddings)


def load_embeddings(
    path: Path,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """What :func:`save_embeddings` wrote.

    Raises:
        CryoalError: it is not there or not such a file.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            items, embeddings = file["items"], file["embeddings"]
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise CryoalError(f"{path}: not embeddings of a run ({error})") from error
    if items.ndim != 1 or embeddings.ndim != 2 or len(items) != len(embeddings):
        raise CryoalError(f"{path}: not embeddings of a run (wrong shapes)")
    return items.astype(np.int64), embeddings.astype(np.float32)
