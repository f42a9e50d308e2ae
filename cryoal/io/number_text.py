"""Numbers that a file holds as text."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError


def to_numbers(texts: Sequence[str], wheres: Sequence[str], name: str) -> npt.NDArray[np.float64]:
    """Each text as a finite number (n,).

    Args:
        texts: n words.
        wheres: file and row of each, for the message.
        name: what they are, for the message.

    Raises:
        CryoalError: names the first row whose text is no number, or NaN or infinite.
    """
    try:
        numbers = np.array(texts, dtype=np.float64)
        wrong = np.flatnonzero(~np.isfinite(numbers))
        if any("_" in text for text in texts):
            raise ValueError("Python reads 1_0 as 10")
    except ValueError:
        wrong = np.array([at for at, text in enumerate(texts) if not _is_number(text)])
    if len(wrong):
        at = int(wrong[0])
        raise CryoalError(
            f"{wheres[at]}: {name} is '{texts[at][:40]}', not a finite number; correct it"
        )
    return numbers.reshape(len(texts))


def to_integers(texts: Sequence[str], wheres: Sequence[str], name: str) -> list[int]:
    """Each text as a whole number, such as ``7``, ``7.0`` or ``7e0``.

    Raises:
        CryoalError: as :func:`to_numbers`, or the number is not whole or beyond 2^53.
    """
    numbers = to_numbers(texts, wheres, name)
    wrong = np.flatnonzero((numbers != np.rint(numbers)) | (np.abs(numbers) > 2**53))
    if len(wrong):
        at = int(wrong[0])
        raise CryoalError(
            f"{wheres[at]}: {name} is '{texts[at][:40]}', not a whole number; correct it"
        )
    return [int(number) for number in numbers]


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False
