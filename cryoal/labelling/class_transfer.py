"""Bringing the classes of a bundle, and what was done to them there, into its run."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from cryoal.errors import CryoalError
from cryoal.labelling.bundle_file import BundleFile
from cryoal.runs.class_table import LabelClass
from cryoal.runs.label_store import LabelStore


@dataclass(frozen=True)
class ClassChange:
    """A row of a bundle's ``class_changes``."""

    change: int
    position: int
    what: str
    old: str | None
    new: str | None
    annotator: str


@dataclass
class ClassTransfer:
    """Does to a run's classes what was done in a bundle since it was last merged.

    A class that came from the run keeps its position, whatever it is called by now. One made in
    the bundle is the run's of the same name, or a new one. Colours and keys stay where they are.

    Attributes:
        added: names that the run did not have.
        notes: what else was done to the run's classes, and what could not be, in words.
    """

    bundle: BundleFile
    labels: LabelStore
    added: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _last: int = 0
    _made: dict[int, int] = field(default_factory=dict)

    def run(self) -> None:
        """Inside a transaction on the run; what cannot be done is left undone and noted.

        Raises:
            CryoalError: the bundle's record of its classes is damaged.
        """
        self._recall()
        for change in self._changes():
            if change.what == "name" and change.old is None:
                self._made[change.position] = self._find_or_add(change)
            else:
                self._try(change)
            self._last = change.change
        self._remember()

    def position(self, there: int) -> int:
        """Where the class at ``there`` in the bundle is in the run.

        Raises:
            CryoalError: it is nowhere.
        """
        here = self._made.get(there, there)
        if not 0 <= here < len(self.labels.classes.all()):
            raise CryoalError(f"{self.bundle.path}: a damaged bundle (class {there}); get it again")
        return here

    def keep(self, position: int, annotator: str) -> None:
        """Bring back a class that the run removed but that labels of the bundle name."""
        one = self._here(position)
        if one.removed:
            self.labels.classes.add(one.name, annotator)
            self.added.append(one.name)

    def _here(self, position: int) -> LabelClass:
        return self.labels.classes.all()[position]

    def _changes(self) -> list[ClassChange]:
        rows = self.bundle.db.execute(
            "SELECT change, position, what, old, new, annotator FROM class_changes "
            "WHERE change > ? ORDER BY change",
            (self._last,),
        )
        return [ClassChange(*row) for row in rows]

    def _find_or_add(self, change: ClassChange) -> int:
        name = str(change.new)
        same = [one for one in self.labels.classes.all() if one.name == name and not one.removed]
        alike = [
            one for one in self.labels.classes.active() if one.name.casefold() == name.casefold()
        ]
        if same or alike:
            return (same or alike)[0].position
        self.added.append(name)
        return self.labels.classes.add(name, change.annotator).position

    def _try(self, change: ClassChange) -> None:
        do = {"name": self._rename, "merged_into": self._merge, "removed": self._remove}
        try:
            if change.what in do:
                do[change.what](change)
        except CryoalError as error:
            self.notes.append(f"left as it was: {error}")

    def _rename(self, change: ClassChange) -> None:
        here = self._here(self.position(change.position))
        if here.name == change.new:
            return
        if here.name != change.old:
            raise CryoalError(
                f"class '{change.old}' became '{change.new}' in the bundle and '{here.name}' here"
            )
        self.labels.classes.rename(here.position, str(change.new), change.annotator)
        self.notes.append(f"class '{change.old}' is now '{change.new}'")

    def _merge(self, change: ClassChange) -> None:
        here = self._here(self.position(change.position))
        into = self._here(self.position(int(str(change.new))))
        if here.merged_into == into.position:
            return
        self.labels.classes.merge(here.position, into.position, change.annotator)
        self.notes.append(f"class '{here.name}' is now part of '{into.name}'")

    def _remove(self, change: ClassChange) -> None:
        here = self._here(self.position(change.position))
        if change.new == "0":
            self.keep(here.position, change.annotator)
        elif not here.removed:
            self.labels.remove_class(here.position, change.annotator)
            self.notes.append(f"class '{here.name}' is removed")

    @property
    def _key(self) -> str:
        return f"bundle {self.bundle.facts.uid}"

    def _recall(self) -> None:
        """What the last merge of this bundle did, so that nothing is done twice."""
        known = json.loads(self.labels.database.meta(self._key) or '{"last": 0, "made": {}}')
        self._last = known["last"]
        self._made = {int(there): here for there, here in known["made"].items()}

    def _remember(self) -> None:
        value = json.dumps({"last": self._last, "made": self._made})
        self.labels.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (self._key, value))
