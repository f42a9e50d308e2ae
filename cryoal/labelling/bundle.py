"""A bundle to label in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cryoal.labelling.bundle_checks import open_bundle
from cryoal.labelling.source import LabelSource, Position
from cryoal.runs.open_query import OpenQuery

if TYPE_CHECKING:
    from cryoal.pools.places import Tomogram


class BundleSource(LabelSource):
    """The query in a bundle, which needs neither the run nor its pool.

    Args:
        path: the file.

    Raises:
        CryoalError: not a bundle, made by another version of cryoal, or damaged.
    """

    next_step = "bring the labels back with 'cryoal merge'"
    is_shared = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bundle = open_bundle(path)
        self.database = self.bundle
        self.labels = self.bundle.labels
        # A session asks for these from another thread.
        self._held = self.bundle.held()
        self._averages = self.bundle.averages()

    def query(self) -> OpenQuery:
        facts = self.bundle.facts
        return OpenQuery(facts.cycle, facts.items, facts.doubled)

    def read(self, item: int) -> npt.NDArray[np.float32]:
        return self.bundle.volume(item)

    def embeddings(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]] | None:
        return self.bundle.embeddings()

    def holds(self, item: int) -> bool:
        return item in self._held

    def position_A(self, item: int) -> Position | None:
        return self.bundle.place_A(item)

    def tomogram(self, group: str | None) -> Tomogram | None:
        return self.bundle.tomogram(group)

    @property
    def voxel_size_A(self) -> float | None:
        return self.bundle.facts.voxel_size_A

    def stored_average(self, position: int) -> npt.NDArray[np.float32] | None:
        return self._averages.get(position)

    def close(self) -> None:
        self.bundle.close()
