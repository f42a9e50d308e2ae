"""Where a labelling session gets items from and puts answers to: a run folder or a bundle."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from cryoal.runs.database import Database
from cryoal.runs.label_store import LabelStore
from cryoal.runs.open_query import OpenQuery

if TYPE_CHECKING:
    from cryoal.pools.places import Tomogram

Position = tuple[float, float, float]


class ItemFacts(NamedTuple):
    """What is known of an item before anybody looks at it.

    Attributes:
        item: position in the pool.
        id: name of the item.
        group: its tomogram, or None.
        cycle, rank: of the latest query that asked for it, None where none did.
        score, prediction, probability: what the model of that cycle said: its scheme's score,
            the class position and that class's probability; None in cycle 0.
    """

    item: int
    id: str
    group: str | None
    cycle: int | None
    rank: int | None
    score: float | None
    prediction: int | None
    probability: float | None


class LabelSource(ABC):
    """One run or bundle, open.

    Everything but :meth:`read` is called from the thread that made it; :meth:`read` always from
    one and the same other thread, so a file or connection that it needs is best opened there.

    Attributes:
        path: run folder or bundle file, as the user named it.
        next_step: what to do when every item of the query is answered.
        is_shared: whether several people answer here, rather than one who then brings it back.
        database: the open SQLite file.
        labels: classes, events and claims in it.
    """

    path: Path
    next_step: ClassVar[str] = "train on the labels"
    is_shared: ClassVar[bool] = True
    database: Database
    labels: LabelStore

    @abstractmethod
    def query(self) -> OpenQuery | None:
        """The query to answer, or None where none waits."""

    @abstractmethod
    def read(self, item: int) -> npt.NDArray[np.float32]:
        """Voxels (D, H, W) as stored.

        Raises:
            CryoalError: they cannot be read.
        """

    @abstractmethod
    def embeddings(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]] | None:
        """Pool positions (n,) and where the last model sees them (n, width), if there is one."""

    def holds(self, _item: int) -> bool:
        """Whether :meth:`read` can give the item; a bundle has the voxels of some only."""
        return True

    def position_A(self, _item: int) -> Position | None:
        """Place (x, y, z) in the tomogram, if known."""
        return None

    def tomogram(self, _group: str | None) -> Tomogram | None:
        """The tomogram of that name with every item in it that the source knows the place of."""
        return None

    @property
    def why_no_query(self) -> str:
        """Why :meth:`query` gives None, and what to do, for people."""
        return "no query waits; continue the run to make the next one"

    @property
    def why_no_places(self) -> str:
        """Why places are not known though the pool's file has coordinates; empty otherwise."""
        return ""

    @property
    def voxel_size_A(self) -> float | None:
        """Of the volumes, if known."""
        return None

    def stored_average(self, _position: int) -> npt.NDArray[np.float32] | None:
        """Average (D, H, W) of the class at ``position``, where one was stored."""
        return None

    def doubts(self) -> dict[int, float]:
        """How doubtful the last audit found labelled items; those that it did not are not there."""
        return {}

    def facts(self) -> dict[int, ItemFacts]:
        """Every item that was queried or labelled, in the pool's order."""
        rows = self.database.db.execute(
            "SELECT items.item, id, group_name, cycle, rank, score, prediction, probability "
            "FROM items LEFT JOIN queries ON queries.item = items.item AND cycle = "
            "(SELECT max(cycle) FROM queries AS other WHERE other.item = items.item) "
            "WHERE items.item IN (SELECT item FROM queries UNION SELECT item FROM events) "
            "ORDER BY items.item"
        )
        return {row[0]: ItemFacts(*row) for row in rows}

    def knows(self, name: str) -> bool:
        """Whether an item of that name is there, asked for or not."""
        found = self.database.db.execute("SELECT 1 FROM items WHERE id = ?", (name,))
        return found.fetchone() is not None

    @abstractmethod
    def close(self) -> None:
        """Close the database and all files; no other method is called afterwards."""
