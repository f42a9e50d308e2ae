"""What items are called on screen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from cryoal.labelling.entry import Entry
from cryoal.runs.answers import FIRM

TELLING = 3
"""Letters that a class name needs to be more than chance in the name of a file."""


def title_of(entry: Entry, classes: Iterable[str]) -> str:
    """The item's file, without folders as long as the annotator is to say what it shows.

    Folders are often named after classes, and files sometimes; where a file is, the number of the
    item stands for it.
    """
    if is_settled(entry):
        return entry.id
    number, at, path = entry.id.rpartition("@")
    name = f"{number}{at}{path.rsplit('/', 1)[-1]}"
    folded = name.casefold()
    if any(len(one) >= TELLING and one.casefold() in folded for one in classes):
        return f"item {entry.item}"
    return name


def is_settled(entry: Entry) -> bool:
    """Whether the annotator has said what the item shows, or nobody asks any more."""
    return not entry.asked or (entry.mine is not None and entry.mine.outcome in FIRM)


def row_names(entries: Sequence[Entry], classes: Sequence[str]) -> dict[int, str]:
    """A short name for each item of a list; no two are alike.

    Where the names of items without an answer are, their place in the query tells them apart: their
    folders would tell the class.
    """
    names: dict[int, str] = {}
    for answered in (False, True):
        some = {
            entry.item: title_of(entry, classes)
            for entry in entries
            if is_settled(entry) == answered
        }
        short = short_names(some.values())
        names |= {item: short[name] for item, name in some.items()}
    times = Counter(names.values())
    for entry in entries:
        if times[names[entry.item]] > 1 and not is_settled(entry) and entry.rank is not None:
            names[entry.item] += f" #{entry.rank + 1}"
    return names


def name_order(name: str) -> list[tuple[int, str]]:
    """Sorts names as people do: numbers in them by their size, whatever the case."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Names without the folders and the ending that all of them share."""
    known = list(dict.fromkeys(names))
    folders = [name.split("/")[:-1] for name in known]
    shared = 0
    for parts in zip(*folders, strict=False):
        if len(set(parts)) > 1:
            break
        shared += 1
    short = {name: "/".join(name.split("/")[shared:]) for name in known}
    endings = {PurePosixPath(name).suffix for name in known}
    ending = endings.pop() if len(endings) == 1 else ""
    return {name: rest.removesuffix(ending) for name, rest in short.items()}
