"""The class manager of a session."""

from __future__ import annotations

from abc import ABC, abstractmethod

from cryoal.errors import CryoalError
from cryoal.runs.class_keys import CLASS_KEYS
from cryoal.runs.class_table import LabelClass
from cryoal.runs.label_store import LabelStore


class ClassEditing(ABC):
    """Classes as a session shows and changes them, each change in the annotator's name.

    Every method that changes something raises CryoalError where it may not be: a name that is
    taken, a class that is gone or that items carry, a file that is read-only.
    """

    annotator: str
    labels: LabelStore

    def keys(self) -> dict[str, LabelClass]:
        """The class of each key, in the order of the keys."""
        return self.labels.classes.keys()

    def classes(self) -> list[LabelClass]:
        """Classes that labels may name, in the order of their keys; those without one last."""
        keyed = list(self.keys().values())
        return keyed + [one for one in self.labels.classes.active() if one not in keyed]

    def add_class(self, name: str) -> LabelClass:
        """A new class, or a removed one of that name again."""
        one = self.labels.classes.add(name, self.annotator)
        self._classes_changed()
        return one

    def rename_class(self, position: int, name: str) -> None:
        """Give a class another name."""
        self.labels.classes.rename(position, name, self.annotator)
        self._classes_changed()

    def merge_class(self, position: int, into: int) -> None:
        """From now on labels of one class count as those of another."""
        self.labels.classes.merge(position, into, self.annotator)
        self._classes_changed()

    def remove_class(self, position: int) -> None:
        """Take away a class that no item carries."""
        self.labels.remove_class(position, self.annotator)
        self._classes_changed()

    def set_colour(self, position: int, colour: str) -> None:
        """``colour`` is ``#rrggbb``."""
        self.labels.classes.set_colour(position, colour, self.annotator)
        self._classes_changed()

    def set_shortcut(self, position: int, key: str) -> None:
        """Give a class a key; who had it gets this one's."""
        if not key:
            raise CryoalError(f"each class has a key; give it one of {', '.join(CLASS_KEYS)}")
        self.labels.classes.set_shortcut(position, key, self.annotator)
        self._classes_changed()

    @abstractmethod
    def _classes_changed(self) -> None:
        """Take in that the classes are not what they were."""
