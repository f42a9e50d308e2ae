"""Where items come from in a list of particles, so that answers can go back into it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.io.particle_options import ParticleOptions


@dataclass(frozen=True)
class ListOrigin:
    """The list whose particles the items of a pool are.

    Attributes:
        source: the list, absolute.
        digest: of the list's bytes when it was read; empty where it is a folder.
        rows: place of each item among the list's particles (N,), counted from 0, increasing.
        rotations: N, turn the reference into the particle, act on xyz vectors; None where the
            list states no orientation.
        options: those that the list was read with.
    """

    source: Path
    digest: str
    rows: npt.NDArray[np.int64]
    rotations: Rotation | None = None
    options: ParticleOptions = field(default_factory=ParticleOptions)


def list_digest(path: Path) -> str:
    """Thirty-two hexadecimal digits of a file's bytes; empty for a folder."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def options_to_json(options: ParticleOptions) -> str:
    """Options as text that :func:`options_from_json` reads."""
    return TypeAdapter(ParticleOptions).dump_json(options).decode()


def options_from_json(text: str, where: str) -> ParticleOptions:
    """Options from text; an empty one gives the defaults.

    Args:
        text: JSON.
        where: it stands, for the message.

    Raises:
        CryoalError: other text.
    """
    try:
        return TypeAdapter(ParticleOptions).validate_json(text or "{}")
    except ValidationError as error:
        raise CryoalError(
            f"{where}: the options of its list of particles cannot be read; extract again"
        ) from error
