"""What a session keeps from others while it is on screen."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from cryoal.labelling.source import LabelSource


class Hold:
    """At most one claim; none where nothing can be written, so that all can be looked at there.

    Attributes:
        item: that is claimed.
    """

    def __init__(self, source: LabelSource, annotator: str) -> None:
        self.labels = source.labels
        self.database = source.database
        self.annotator = annotator
        self.item: int | None = None

    def changing(self) -> AbstractContextManager[None]:
        """One transaction for leaving one item and taking another."""
        return self.database.transaction() if self.database.writable else nullcontext()

    def take(self, item: int, wanted: int) -> bool:
        """Claim an item, of which nothing else may be held; whether this annotator may have it.

        Args:
            wanted: how many people are to answer it.
        """
        if not self.database.writable:
            return True
        if not self.labels.claim(item, self.annotator, wanted):
            return False
        self.item = item
        return True

    def leave(self) -> None:
        """Give the item up without an answer."""
        if self.item is not None:
            self.labels.leave(self.item, self.annotator)
            self.item = None

    def answered(self, item: int) -> None:
        """Something was recorded of ``item``, which gave its claim up."""
        if item == self.item:
            self.item = None

    def elsewhere(self) -> set[int]:
        """Items that this annotator has on screen in other windows."""
        return self.labels.on_screen(self.annotator) - {self.item}
