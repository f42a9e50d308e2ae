"""A bundle: the query of a run in one file, to be labelled anywhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from cryoal.errors import CryoalError
from cryoal.labelling.volume_codec import PackedVolume, pack_volume, unpack_volume
from cryoal.pools.places import Tomogram
from cryoal.runs import label_store
from cryoal.runs.database import BUSY_SECONDS, Database
from cryoal.runs.label_store import LabelStore

APPLICATION_ID = 0x63727962
"""In the header of each bundle: ``cryb``."""

SCHEMA = (
    label_store.SCHEMA
    + """;
CREATE TABLE IF NOT EXISTS volumes (
    item INTEGER PRIMARY KEY REFERENCES items(item), mean REAL NOT NULL, deviation REAL NOT NULL,
    data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS averages (
    position INTEGER PRIMARY KEY REFERENCES classes(position), mean REAL NOT NULL,
    deviation REAL NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS embeddings (
    item INTEGER PRIMARY KEY REFERENCES items(item), vector BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS places (
    item INTEGER PRIMARY KEY REFERENCES items(item), x_A REAL NOT NULL, y_A REAL NOT NULL,
    z_A REAL NOT NULL);
CREATE TABLE IF NOT EXISTS tomograms (
    name TEXT, low_x_A REAL NOT NULL, low_y_A REAL NOT NULL, low_z_A REAL NOT NULL,
    high_x_A REAL NOT NULL, high_y_A REAL NOT NULL, high_z_A REAL NOT NULL);
"""
)

_NUMBER = np.dtype("<f4")


class BundleFacts(BaseModel):
    """What a bundle was made of.

    Attributes:
        uid: the bundle's own; events made in it carry it as their origin once they are merged.
        run_uid, run: of the run that it was made from, and the name of that run's folder.
        annotator: for whom the items were claimed, or None.
        created_at: seconds since 1970.
        cycle: of the query.
        items: pool positions to label, best first.
        doubled: those that two people are to answer.
        last_event: the run's latest event then.
        box_px: edge of the volumes.
        voxel_size_A, contrast: of the pool.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    uid: str = Field(pattern=r"^[0-9a-f]{32}$")
    run_uid: str = Field(pattern=r"^[0-9a-f]{32}$")
    run: str
    annotator: str | None
    created_at: float = Field(allow_inf_nan=False)
    cycle: int = Field(ge=0)
    items: tuple[int, ...]
    doubled: frozenset[int]
    last_event: int = Field(ge=0)
    box_px: int = Field(ge=1, le=1024)
    voxel_size_A: float | None = Field(allow_inf_nan=False)
    contrast: Literal["bright", "dark"]


class BundleFile(Database):
    """Label tables as in a run's journal, and voxels, class averages, embeddings and places.

    It is one file whenever nobody is writing, so that it can be copied. Files made by others are
    opened by :func:`cryoal.labelling.bundle_checks.open_bundle`, which checks them.

    Attributes:
        labels: classes, events and claims.
    """

    journal_mode = "DELETE"

    def __init__(self, path: Path) -> None:
        super().__init__(path, SCHEMA)
        self.labels = LabelStore(self)
        # A copy, where the bundle itself may not be written.
        self._opened = Path(self.db.execute("PRAGMA database_list").fetchone()[2])
        self._reader: sqlite3.Connection | None = None

    @classmethod
    def create(cls, path: Path, facts: BundleFacts) -> BundleFile:
        """A bundle without items in the empty file at ``path``."""
        bundle = cls(path)
        bundle.db.execute(f"PRAGMA application_id={APPLICATION_ID}")
        bundle.db.execute("INSERT INTO meta VALUES ('bundle', ?)", (facts.model_dump_json(),))
        return bundle

    @cached_property
    def facts(self) -> BundleFacts:
        """Raises: pydantic.ValidationError: there are none, or wrong ones."""
        return BundleFacts.model_validate_json(self.meta("bundle") or "")

    @property
    def shape(self) -> tuple[int, int, int]:
        """(D, H, W) of every volume."""
        return (self.facts.box_px,) * 3

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
        super().close()

    def add_volume(self, item: int, volume: npt.NDArray[np.float32]) -> None:
        """Keep the voxels (D, H, W) of an item."""
        self._add("volumes", item, volume)

    def add_average(self, position: int, volume: npt.NDArray[np.float32]) -> None:
        """Keep the average (D, H, W) of a class."""
        self._add("averages", position, volume)

    def _add(self, table: str, key: int, volume: npt.NDArray[np.float32]) -> None:
        packed = pack_volume(volume)
        row = (key, packed.mean, packed.deviation, packed.data)
        self.db.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", row)

    def held(self) -> frozenset[int]:
        """Items whose voxels the bundle has."""
        return frozenset(item for (item,) in self.db.execute("SELECT item FROM volumes"))

    def volume(self, item: int) -> npt.NDArray[np.float32]:
        """Voxels (D, H, W); always called from one and the same thread, which may be any.

        Raises:
            CryoalError: they are not there or damaged.
        """
        if self._reader is None:
            self._reader = sqlite3.connect(
                f"{self._opened.as_uri()}?mode=ro",
                uri=True,
                timeout=BUSY_SECONDS,
                check_same_thread=False,
            )
        query = "SELECT mean, deviation, data FROM volumes WHERE item = ?"
        try:
            rows = self._reader.execute(query, (item,)).fetchall()
        except sqlite3.Error as error:
            raise CryoalError(f"{self.path}: cannot be read ({error})") from error
        if not rows:
            raise CryoalError(f"{self.path}: has no voxels of item {item}")
        return self._unpacked(f"item {item}", *rows[0])

    def averages(self) -> dict[int, npt.NDArray[np.float32]]:
        """Average (D, H, W) of each class that had items.

        Raises:
            CryoalError: one is damaged.
        """
        rows = self.db.execute("SELECT position, mean, deviation, data FROM averages")
        return {position: self._unpacked(f"class {position}", *rest) for position, *rest in rows}

    def _unpacked(
        self, what: str, mean: float, deviation: float, data: bytes
    ) -> npt.NDArray[np.float32]:
        try:
            return unpack_volume(PackedVolume(mean, deviation, data), self.shape)
        except ValueError as error:
            raise CryoalError(
                f"{self.path}, {what}: {error}; the bundle is damaged, get it again"
            ) from error

    def add_place(self, item: int, position_A: tuple[float, float, float]) -> None:
        """Keep where (x, y, z) in its tomogram an item is."""
        self.db.execute("INSERT INTO places VALUES (?, ?, ?, ?)", (item, *position_A))

    def place_A(self, item: int) -> tuple[float, float, float] | None:
        """Place (x, y, z) in the tomogram, if known."""
        query = "SELECT x_A, y_A, z_A FROM places WHERE item = ?"
        row = self.db.execute(query, (item,)).fetchone()
        return None if row is None else (row[0], row[1], row[2])

    def add_tomogram(self, name: str | None, box_A: npt.NDArray[np.float64]) -> None:
        """Keep the lowest and highest corner (2, 3) of a tomogram."""
        row = (name, *box_A.ravel().tolist())
        self.db.execute("INSERT INTO tomograms VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def tomogram(self, name: str | None) -> Tomogram | None:
        """A tomogram with those of its items that the bundle has, if it is known."""
        query = "SELECT * FROM tomograms WHERE name IS ?"
        row = self.db.execute(query, (name,)).fetchone()
        places = self.db.execute(
            "SELECT x_A, y_A, z_A FROM places JOIN items ON items.item = places.item "
            "WHERE group_name IS ?",
            (name,),
        ).fetchall()
        if row is None or not places or not np.isfinite([*row[1:], *sum(places, ())]).all():
            return None
        return Tomogram(np.reshape(row[1:], (2, 3)), np.array(places))

    def add_embeddings(self, items: Iterable[int], vectors: npt.NDArray[np.float32]) -> None:
        """Keep where the model sees items: ``vectors`` (n, width)."""
        rows = [(i, v.tobytes()) for i, v in zip(items, vectors.astype(_NUMBER), strict=True)]
        self.db.executemany("INSERT INTO embeddings VALUES (?, ?)", rows)

    def embeddings(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]] | None:
        """Pool positions (n,) and embeddings (n, width); None before the first model.

        Raises:
            CryoalError: they are damaged.
        """
        rows = self.db.execute("SELECT item, vector FROM embeddings ORDER BY item").fetchall()
        if not rows:
            return None
        items, vectors = zip(*rows, strict=True)
        width = len(vectors[0]) // _NUMBER.itemsize
        if {len(vector) for vector in vectors} != {width * _NUMBER.itemsize} or width == 0:
            raise CryoalError(f"{self.path}: embeddings of wrong sizes; the bundle is damaged")
        values = np.frombuffer(b"".join(vectors), _NUMBER).reshape(len(rows), width)
        if not np.isfinite(values).all():
            raise CryoalError(f"{self.path}: infinite embeddings; the bundle is damaged")
        return np.array(items, np.int64), values.astype(np.float32)
