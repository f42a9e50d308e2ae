"""The classes that people label with."""

from __future__ import annotations

import re
import sqlite3
import time
from dataclasses import dataclass

from cryoal.errors import CryoalError
from cryoal.runs.answers import ANSWER_NAMES, Outcome
from cryoal.runs.class_keys import CLASS_KEYS, check_key, fill_keys
from cryoal.runs.database import Database

JUNK = Outcome.JUNK.value
"""Name of the class that stands for the outcome junk where a model learns it."""

RESERVED_NAMES = {word for outcome, name in ANSWER_NAMES.items() for word in (name, outcome.value)}
"""What stands for an outcome that is no class."""

LONGEST_NAME = 80
"""Characters; what is longer is a slip, and fits no list, legend or table."""


@dataclass(frozen=True)
class LabelClass:
    """One class as people see it.

    Attributes:
        position: what labels name it by, for ever.
        name: unique in the run.
        colour: ``#rrggbb``, or None for the default of its position.
        shortcut: key that gives it; None: it has yet to get one, see :meth:`ClassTable.keys`.
        merged_into: position of the class that its labels count as.
        removed: no label can name it any more.
    """

    position: int
    name: str
    colour: str | None
    shortcut: str | None
    merged_into: int | None
    removed: bool

    @property
    def active(self) -> bool:
        """Whether labels may name it; junk has its own outcome."""
        return self.merged_into is None and not self.removed and self.name != JUNK


class ClassTable:
    """Classes of a run or bundle; each change is logged with who made it.

    Every method that writes is one transaction.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.db = database.db

    def all(self) -> list[LabelClass]:
        """All classes there ever were, by position."""
        rows = self.db.execute(
            "SELECT position, name, colour, shortcut, merged_into, removed FROM classes "
            "ORDER BY position"
        )
        return [
            LabelClass(position, name, colour, shortcut, merged_into, bool(removed))
            for position, name, colour, shortcut, merged_into, removed in rows
        ]

    def active(self) -> list[LabelClass]:
        """Those that labels may name, by position."""
        return [one for one in self.all() if one.active]

    def keys(self) -> dict[str, LabelClass]:
        """The class of each key, in the order of the keys.

        Classes that have yet to get one have the free keys, by their position. Before the classes
        or their keys change, all of these are written down, so that nobody's key moves but those
        of the classes that the change is about.
        """
        classes = self.active()
        of_key = dict(zip(fill_keys([one.shortcut for one in classes]), classes, strict=True))
        return {key: of_key[key] for key in CLASS_KEYS if key in of_key}

    def junk(self) -> int | None:
        """The class that a model learns junk as, if it does."""
        return next((one.position for one in self.all() if one.name == JUNK), None)

    def roots(self) -> dict[int, int]:
        """Each merged class and the one that its labels count as."""
        return {one.position: one.merged_into for one in self.all() if one.merged_into is not None}

    def named(self, name: str) -> LabelClass:
        """The active class of that name.

        Raises:
            CryoalError: there is none; names those there are.
        """
        for one in self.active():
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.active()) or "none yet"
        raise CryoalError(f"{self.database.path}: no class '{name}'; there are: {known}")

    def add(self, name: str, annotator: str) -> LabelClass:
        """A new class, or a removed one of that name again.

        Raises:
            CryoalError: an empty name or one that is taken.
        """
        name = self._checked_name(name)
        with self.database.transaction():
            self._check_unlike(name, -1)
            self._keep_keys()
            same = [one for one in self.all() if one.name == name]
            if same and not same[0].removed:
                raise CryoalError(f"{self.database.path}: there was a class '{name}' already")
            if same:
                position = same[0].position
                self._set_key(position, None)  # that it had once, and another may have now
                self._change(position, "removed", 0, annotator)
            else:
                position = len(self.all())
                self.db.execute(
                    "INSERT INTO classes (position, name) VALUES (?, ?)", (position, name)
                )
                self._log(position, "name", None, name, annotator)
            self._keep_keys()
        return self.all()[position]

    def rename(self, position: int, name: str, annotator: str) -> None:
        """Raises: CryoalError: an empty name or one that is taken."""
        name = self._checked_name(name)
        self._check_unlike(name, position)
        try:
            self._change(position, "name", name, annotator)
        except sqlite3.IntegrityError as error:
            raise CryoalError(
                f"{self.database.path}: there is a class '{name}' already; merge the two instead"
            ) from error

    def merge(self, position: int, into: int, annotator: str) -> None:
        """From now on labels of one class count as those of another; events stay as they are.

        Raises:
            CryoalError: the same class, or one that is not active.
        """
        with self.database.transaction():
            self.check_active(position)
            self.check_active(into)
            if position == into:
                raise CryoalError(f"{self.database.path}: a class cannot be merged into itself")
            self._free_key(position)
            self._change(position, "merged_into", into, annotator)

    def remove(self, position: int, annotator: str) -> None:
        """Raises: CryoalError: not active, or classes were merged into it."""
        with self.database.transaction():
            self.check_active(position)
            if any(one.merged_into == position for one in self.all()):
                name = self.all()[position].name
                raise CryoalError(
                    f"{self.database.path}: another class was merged into '{name}'; merge it on"
                )
            self._free_key(position)
            self._change(position, "removed", 1, annotator)

    def set_colour(self, position: int, colour: str, annotator: str) -> None:
        """``colour`` is ``#rrggbb``."""
        self._change(position, "colour", colour, annotator)

    def set_shortcut(self, position: int, shortcut: str | None, annotator: str) -> None:
        """Give a class a key; the class that had it gets the other's. None: the first free key.

        Raises:
            CryoalError: not a key that can give a class, or a class that is not active.
        """
        new = None if shortcut is None else check_key(shortcut)
        with self.database.transaction():
            self.check_active(position)
            self._keep_keys()
            of_key = self.keys()
            old = self.all()[position].shortcut
            new = new or next((key for key in CLASS_KEYS if key not in of_key), old)
            if new in of_key and of_key[new].position != position:
                self._change(of_key[new].position, "shortcut", old, annotator)
            self._change(position, "shortcut", new, annotator)

    def _keep_keys(self) -> None:
        """Write down the keys that classes have; no change that anybody sees."""
        for key, one in self.keys().items():
            self._set_key(one.position, key)

    def _free_key(self, position: int) -> None:
        """The class goes: its key may go to a new one."""
        self._keep_keys()
        self._set_key(position, None)

    def _set_key(self, position: int, key: str | None) -> None:
        self.db.execute("UPDATE classes SET shortcut = ? WHERE position = ?", (key, position))

    def _check_unlike(self, name: str, position: int) -> None:
        """Refuse the name of another active class, in whatever case."""
        for one in self.active():
            if one.position != position and one.name.casefold() == name.casefold():
                raise CryoalError(
                    f"{self.database.path}: there is a class '{one.name}' already; merge the two "
                    "where they are the same"
                )

    def _checked_name(self, name: str) -> str:
        name = name.strip()
        if not name or not name.isprintable():
            raise CryoalError(f"{self.database.path}: a class needs a name of printable letters")
        if len(name) > LONGEST_NAME:
            raise CryoalError(
                f"{self.database.path}: a class name of {len(name)} letters; give one of "
                f"{LONGEST_NAME} or fewer"
            )
        if re.sub(r"[\s_-]+", " ", name.casefold()) in RESERVED_NAMES:
            raise CryoalError(
                f"{self.database.path}: '{name}' is an outcome of its own, not a class"
            )
        return name

    def check_active(self, position: int) -> None:
        """Raises: CryoalError: labels may not name it."""
        classes = self.all()
        if not (0 <= position < len(classes) and classes[position].active):
            raise CryoalError(f"{self.database.path}: class {position} is not there any more")

    def _change(self, position: int, what: str, new: str | int | None, annotator: str) -> None:
        with self.database.transaction():
            (old,) = self.db.execute(
                f"SELECT {what} FROM classes WHERE position = ?", (position,)
            ).fetchone()
            self.db.execute(f"UPDATE classes SET {what} = ? WHERE position = ?", (new, position))
            self._log(position, what, old, new, annotator)

    def _log(self, position: int, what: str, old: object, new: object, annotator: str) -> None:
        self.db.execute(
            "INSERT INTO class_changes (position, what, old, new, annotator, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (position, what, old, new, annotator, time.time()),
        )
