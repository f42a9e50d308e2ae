"""SQLite files that several processes write at once."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from cryoal.errors import CryoalError

VERSION = 2
BUSY_SECONDS = 60


class Database:
    """One SQLite file in WAL mode, each change durable before it is acknowledged.

    Attributes:
        journal_mode: of SQLite; WAL lets others read while one writes.
        path: the file.
        db: the connection; reads go straight to it, writes through :meth:`transaction`.
        writable: whether this process may change the file; where not, a copy is read.
    """

    journal_mode: ClassVar[str] = "WAL"

    def __init__(self, path: Path, schema: str) -> None:
        """Open the file at ``path``, or create it with the tables of ``schema``.

        Raises:
            CryoalError: not such a file, one of another version of cryoal, or not readable.
        """
        self.path = path
        self.writable = os.access(path if path.exists() else path.parent, os.W_OK) and os.access(
            path.parent, os.W_OK
        )
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        try:
            self.db = self._connect() if self.writable else self._connect_to_copy()
            self.db.execute("PRAGMA foreign_keys=ON")
            version = self.db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self._create(schema)
        except (sqlite3.Error, OSError) as error:
            raise CryoalError(
                f"{path}: not written by cryoal, or not readable ({error})"
            ) from error
        if version not in (0, VERSION):
            age, remedy = ("a newer", "update") if version > VERSION else ("an older", "start anew")
            raise CryoalError(f"{path}: written by {age} cryoal (version {version}); {remedy}")

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        db.execute(f"PRAGMA journal_mode={self.journal_mode}")
        db.execute("PRAGMA synchronous=FULL")
        return db

    def _connect_to_copy(self) -> sqlite3.Connection:
        """SQLite cannot read a WAL database where it cannot make its shared memory beside it."""
        self._copy = tempfile.TemporaryDirectory(prefix="cryoal-")
        for name in (self.path.name, f"{self.path.name}-wal", f"{self.path.name}-journal"):
            if (self.path.parent / name).exists():
                shutil.copy(self.path.parent / name, self._copy.name)
        return sqlite3.connect(Path(self._copy.name) / self.path.name, isolation_level=None)

    def _create(self, schema: str) -> None:
        """All tables at once; a second process that does the same finds them there."""
        with self.transaction():
            for statement in schema.split(";"):
                if statement.strip():
                    self.db.execute(statement)
            self.db.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        self.db.close()
        if self._copy is not None:
            self._copy.cleanup()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside happen together or not at all; what is read inside stays true.

        Inside another transaction it is a part of that one.

        Raises:
            CryoalError: the file is read-only, the disk is full, or it is locked for too long.
        """
        if self.db.in_transaction:
            yield
            return
        if not self.writable:
            raise CryoalError(f"{self.path}: is read-only; copy it to where you may write")
        try:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.db.execute("COMMIT")
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            raise CryoalError(
                f"{self.path}: cannot be written ({error}); free some space or check the "
                "permissions, then continue with the same command"
            ) from error

    def meta(self, key: str) -> str | None:
        """A fact in the table ``meta``."""
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])
