"""A run folder to label in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.labelling.source import LabelSource, Position
from cryoal.labelling.suspects import load_suspects
from cryoal.runs.embeddings import load_embeddings
from cryoal.runs.folder import RunFolder
from cryoal.runs.open_query import OpenQuery, open_query

if TYPE_CHECKING:
    from cryoal.pools import SubtomogramPool
    from cryoal.pools.places import Tomogram


class RunSource(LabelSource):
    """The query of a run whose oracle are people.

    Args:
        path: the run folder.
        volumes: open the pool as well; without it voxels and places are not there.

    Raises:
        CryoalError: not a run, one that its label table answers, or a pool that has changed.
    """

    def __init__(self, path: Path, volumes: bool) -> None:
        self.path = path
        self.folder = RunFolder.open(path)
        self.database = self.folder.journal
        self.labels = self.folder.journal.labels
        self._query: tuple[tuple[int, int], OpenQuery | None] | None = None
        if self.folder.settings.oracle != "human":
            self.database.close()
            raise CryoalError(
                f"{path}: the labels of its pool answer its queries; start a run for people with "
                "'cryoal run --oracle human'"
            )
        self._pool = self._open_pool() if volumes else None

    def _open_pool(self) -> SubtomogramPool:
        from cryoal.runs.start import open_volumes  # brings torch, which a list does not need

        pool = open_volumes(self.folder.settings)
        if pool.fingerprint != self.folder.journal.meta("items"):
            self.database.close()
            raise CryoalError(
                f"{self.path}: the items of {self.folder.settings.data} changed since the run "
                "began; bring them back"
            )
        return pool

    @property
    def why_no_query(self) -> str:
        """Whether the run has to go on, or has come to its end."""
        if self.folder.is_finished():
            return "every cycle of the run is done; 'cryoal run' with more --cycles adds some"
        return super().why_no_query

    def query(self) -> OpenQuery | None:
        """As of now; computed anew only when the loop wrote something."""
        (phase,), (row,) = (
            self.database.db.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()
            for table in ("phases", "queries")
        )
        if self._query is None or self._query[0] != (phase, row):
            settings = self.folder.settings
            found = open_query(self.folder.journal, settings.overlap, settings.seed)
            self._query = (phase, row), found
        return self._query[1]

    def read(self, item: int) -> npt.NDArray[np.float32]:
        if self._pool is None:
            raise ValueError("this session was opened without volumes")
        volume: npt.NDArray[np.float32] = self._pool.read([item])[0, 0].numpy()
        return volume

    def embeddings(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]] | None:
        for cycle in reversed(self.folder.trained_cycles()):
            path = self.folder.embeddings_path(cycle)
            if path.is_file():
                return load_embeddings(path)
        return None

    def doubts(self) -> dict[int, float]:
        return load_suspects(self.folder)

    def position_A(self, item: int) -> Position | None:
        positions_A = None if self._pool is None else self._pool.places.positions_A
        if positions_A is None:
            return None
        x, y, z = positions_A[item].tolist()
        return (x, y, z)

    def tomogram(self, group: str | None) -> Tomogram | None:
        return None if self._pool is None else self._pool.tomogram(group)

    @property
    def why_no_places(self) -> str:
        return "" if self._pool is None else self._pool.places.why_none

    @property
    def voxel_size_A(self) -> float | None:
        return None if self._pool is None else self._pool.voxel_size_A

    def close(self) -> None:
        self.database.close()
