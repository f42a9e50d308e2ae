"""In which order one annotator gets the items of a query."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

Turn = tuple[int, float]
"""(0, rank) for items that were not seen, (1, time) for those to come back to."""


class Turns:
    """Items that wait for one annotator, the next one first.

    Items that were skipped, left or could not be decided come after all others, the one that was
    put off longest ago first.
    """

    def __init__(self) -> None:
        self._order: list[tuple[Turn, int]] = []
        self._turn: dict[int, Turn] = {}

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[int]:
        return (item for _, item in self._order)

    def __contains__(self, item: int) -> bool:
        return item in self._turn

    def put(self, item: int, turn: Turn) -> None:
        """Give an item its turn, taking back the one that it had."""
        self.drop(item)
        self._turn[item] = turn
        insort(self._order, (turn, item))

    def drop(self, item: int) -> None:
        """The item waits no more."""
        turn = self._turn.pop(item, None)
        if turn is not None:
            del self._order[bisect_left(self._order, (turn, item))]
