"""Which file a tomogram's name in a list of particles means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from cryoal.io.open_tomogram import TOMOGRAM_SUFFIXES

_SUFFIXES = (*TOMOGRAM_SUFFIXES, ".tomostar", ".mrcs", ".st", ".mdoc", ".star", ".xml", ".hdf")
# What Warp appends: the voxel size of a reconstruction.
_VOXEL = re.compile(r"_\d+(\.\d+)?Apx(?=$|_)")

Rule = Callable[[str, str], bool]


def stem_of(name: str) -> str:
    """A name without folders and what tells the kind of file: ``a/TS_01.mrc.gz`` is ``TS_01``."""
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    endings = sorted(_SUFFIXES, key=len, reverse=True)
    ending = next((end for end in endings if last.lower().endswith(end)), "")
    return last[: len(last) - len(ending)] or last


def match_names(names: Iterable[str], files: Sequence[str]) -> dict[str, list[str]]:
    """Files that each name may mean: one is a match, several are ambiguous, none is missing.

    The first rule that any file fulfils decides:

    1. the names are equal;
    2. they are without folders and endings;
    3. they are without Warp's voxel size too (``TS_01_12.00Apx``);
    4. one holds the other between characters that are no letters or digits: ``rec_TS_01``,
       ``TS_01_denoised`` for ``TS_01``, never ``TS_010``.

    A file that one name means by the first two rules is no candidate for another name.

    Args:
        names: as the list has them.
        files: names of files, without folders.
    """
    matches: dict[str, list[str]] = {}
    left = [*files]
    for rules in ((_same, _same_stem), (_same_but_voxel, _within)):
        for name in names:
            if not matches.get(name):
                matches[name] = _first_match(name, left, rules)
        taken = {file for found in matches.values() for file in found}
        left = [file for file in left if file not in taken]
    return matches


def _first_match(name: str, files: Sequence[str], rules: Iterable[Rule]) -> list[str]:
    for rule in rules:
        found = [file for file in files if rule(name, file)]
        if found:
            return found
    return []


def _same(name: str, file: str) -> bool:
    return re.split(r"[/\\]", name)[-1] == file


def _same_stem(name: str, file: str) -> bool:
    return stem_of(name) == stem_of(file)


def _same_but_voxel(name: str, file: str) -> bool:
    return _bare(name) == _bare(file)


def _within(name: str, file: str) -> bool:
    one, other = _bare(name), _bare(file)
    return _holds(one, other) or _holds(other, one)


def _bare(name: str) -> str:
    return _VOXEL.sub("", stem_of(name))


def _holds(outer: str, inner: str) -> bool:
    pattern = rf"(?<![^\W_]){re.escape(inner)}(?![^\W_])"
    return bool(inner) and re.search(pattern, outer) is not None
