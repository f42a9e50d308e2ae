"""Opening a bundle that anybody may have made."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from pydantic import ValidationError

from cryoal.errors import CryoalError
from cryoal.labelling.bundle_file import APPLICATION_ID, SCHEMA, BundleFile
from cryoal.runs.answers import Kind, Outcome

_HEADER = 100
_MAGIC = b"SQLite format 3\0"
_LONGEST_NAME = 200

_FAULTS = {
    "an outcome that does not exist": (
        "SELECT count(*) FROM events WHERE (outcome = 'class') != (class IS NOT NULL) "
        f"OR outcome NOT IN ({', '.join(repr(one.value) for one in Outcome)}) "
        f"OR kind NOT IN ({', '.join(repr(one.value) for one in Kind)})"
    ),
    # Else one person's undo could take back another's answer.
    "an undo of another's answer": (
        "SELECT count(*) FROM events AS e LEFT JOIN events AS r ON r.event = e.replaces "
        "WHERE e.kind IN ('undo', 'redo') AND (r.event IS NULL OR r.event >= e.event "
        "OR r.kind IN ('undo', 'redo') OR r.item != e.item OR r.annotator != e.annotator "
        "OR r.origin != e.origin)"
    ),
    "an answer that follows on another's": (
        "SELECT count(*) FROM events AS e JOIN events AS r ON r.event = e.replaces "
        "WHERE r.origin != e.origin OR r.annotator != e.annotator"
    ),
}


def open_bundle(path: Path) -> BundleFile:
    """The bundle at ``path``, every table of it checked; voxels are when they are read.

    Raises:
        CryoalError: not a bundle, made by another version of cryoal, or damaged.
    """
    check_header(path)
    bundle = BundleFile(path)
    try:
        # A view or trigger of a prepared file must not run functions; nor may there be any.
        bundle.db.execute("PRAGMA trusted_schema=OFF")
        bundle.db.execute("PRAGMA cell_size_check=ON")
        fault = find_fault(bundle)
    except (sqlite3.Error, ValidationError, ValueError) as error:
        bundle.close()
        reason = "wrong facts" if isinstance(error, ValidationError) else error
        raise CryoalError(f"{path}: a damaged bundle ({reason}); get it again") from error
    if fault is not None:
        bundle.close()
        raise CryoalError(f"{path}: a damaged bundle ({fault}); get it again")
    return bundle


def check_header(path: Path) -> None:
    """Refuse what is no bundle without letting SQLite near it.

    Raises:
        CryoalError: says what it is instead.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except IsADirectoryError as error:
        raise CryoalError(f"{path}: a folder, not a bundle; name the file") from error
    except OSError as error:
        raise CryoalError(f"{path}: cannot be read ({error.strerror})") from error
    if not header.startswith(_MAGIC) or int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise CryoalError(f"{path}: not a bundle; 'cryoal bundle' writes one")


def find_fault(bundle: BundleFile) -> str | None:
    """What is wrong with a bundle's tables, in words.

    Raises:
        sqlite3.Error, ValueError: they are too broken to tell.
    """
    db = bundle.db
    reports = [row[0] for row in db.execute("PRAGMA integrity_check")]
    if reports != ["ok"]:
        return str(reports[0])
    if schema_of(db) != _expected_schema():
        return "other tables than a bundle has"
    if db.execute("PRAGMA foreign_key_check").fetchall():
        return "items, classes or events that are not there"
    for table, column, kind in columns_of(db):
        query = f"SELECT count(*) FROM {table} WHERE typeof({column}) NOT IN (?, 'null')"
        if db.execute(query, (kind.lower(),)).fetchone()[0]:
            return f"{table}.{column} is not {kind.lower()}"
    for fault, query in _FAULTS.items():
        if db.execute(query).fetchone()[0]:
            return fault
    return _wrong_names(bundle) or _wrong_items(bundle)


def schema_of(db: sqlite3.Connection) -> set[tuple[str, str, str]]:
    """(type, name, SQL) of all that was created."""
    return set(
        db.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' "
                   "ESCAPE '\\'")
    )  # fmt: skip


def _expected_schema() -> set[tuple[str, str, str]]:
    db = sqlite3.connect(":memory:")
    try:
        db.executescript(SCHEMA)
        return schema_of(db)
    finally:
        db.close()


def columns_of(db: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """(table, column, declared type) of every column."""
    return [
        (table, column, kind)
        for kind_, table, _ in schema_of(db)
        if kind_ == "table"
        for _, column, kind, *_ in db.execute(f"PRAGMA table_info({table})")
    ]


def _wrong_names(bundle: BundleFile) -> str | None:
    for event in bundle.labels.events():
        if not re.fullmatch("[0-9a-f]{32}", event.uid):
            return "an event without a proper uid"
        name = event.annotator
        if not name.strip() or not name.isprintable() or len(name) > _LONGEST_NAME:
            return "an annotator without a proper name"
    return None


def _wrong_items(bundle: BundleFile) -> str | None:
    facts = bundle.facts
    if not bundle.held().issuperset(facts.items) or not facts.doubled.issubset(facts.items):
        return "items without voxels"
    return None
