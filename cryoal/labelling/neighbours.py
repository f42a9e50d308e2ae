"""Labelled items that the model sees near another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cryoal.runs.answers import Decision


@dataclass(frozen=True)
class Neighbour:
    """A labelled item: its class position, None for junk, and the cosine distance, 0 to 2."""

    item: int
    label: int | None
    distance: float


class Neighbours:
    """Finds what is near in an embedding.

    Args:
        items: pool positions (n,).
        embeddings: of these items (n, width).
    """

    def __init__(self, items: npt.NDArray[np.int64], embeddings: npt.NDArray[np.float32]) -> None:
        lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
        self._directions = embeddings / np.maximum(lengths, np.finfo(np.float32).tiny)
        self._row = {item: row for row, item in enumerate(items.tolist())}
        self._items = items

    def nearest(
        self, item: int, decision: Callable[[int], Decision], count: int
    ) -> list[Neighbour]:
        """Up to ``count`` items other than ``item`` that are decided, nearest first."""
        row = self._row.get(item)
        if row is None:
            return []
        distances = 1 - self._directions @ self._directions[row]
        found = []
        for place in np.argsort(distances, kind="stable").tolist():
            other = int(self._items[place])
            if other != item and decision(other).state == "decided":
                found.append(Neighbour(other, decision(other).label, float(distances[place])))
            if len(found) == count:
                break
        return found
