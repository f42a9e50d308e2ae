"""The development kit of ILSVRC 2012: which class each validation image shows."""

from __future__ import annotations

import re
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.mat5 import read_mat5

_WNID = re.compile(r"n\d{8}")


def read_synsets(path: Path) -> dict[int, tuple[str, str]]:
    """WordNet id and words of each class of ``meta.mat``, by its number in the ground truth.

    Synsets that have others below them are no classes.

    Raises:
        CryoalError: damaged, or a row that names no class.
    """
    variables = read_mat5(path, ("synsets",))
    if "synsets" not in variables:
        raise CryoalError(f"{path}: has no variable 'synsets'; unpack it again")
    found = {}
    for row in variables["synsets"].rows():
        number, wnid, words = (row.get(name) for name in ("ILSVRC2012_ID", "WNID", "words"))
        if (
            not isinstance(number, float)
            or not isinstance(wnid, str)
            or not isinstance(words, str)
            or not number.is_integer()
            or not _WNID.fullmatch(wnid)
            or not words.isprintable()
        ):
            raise CryoalError(f"{path}: a row of 'synsets' names no class; unpack it again")
        if row.get("num_children") == 0:
            found[int(number)] = (wnid, words)
    return found


def read_ground_truth(path: Path) -> list[int]:
    """Class number of each validation image, in the order of their names.

    Raises:
        CryoalError: cannot be read, or a line that is no number.
    """
    try:
        lines = path.read_text("ascii").split()
        return [int(line) for line in lines]
    except OSError as error:
        raise CryoalError(f"{path}: cannot be read ({error.strerror}); unpack it again") from error
    except ValueError as error:
        raise CryoalError(f"{path}: is not one number a line; unpack it again") from error
