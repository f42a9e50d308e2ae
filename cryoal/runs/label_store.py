"""Label events and claims in a run's journal or in a bundle."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace

from cryoal.counted import counted
from cryoal.errors import CryoalError
from cryoal.runs.answers import FIRM, Answers, Event, Kind, Outcome, redoable, undoable
from cryoal.runs.class_table import ClassTable
from cryoal.runs.database import Database

CLAIM_SECONDS = 30 * 60
"""After this long without an answer an item that somebody has on screen goes to others."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS classes (
    position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, colour TEXT, shortcut TEXT,
    merged_into INTEGER REFERENCES classes(position), removed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS class_changes (
    change INTEGER PRIMARY KEY AUTOINCREMENT, position INTEGER NOT NULL, what TEXT NOT NULL,
    old TEXT, new TEXT, annotator TEXT NOT NULL, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    item INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, group_name TEXT, split TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS queries (
    cycle INTEGER NOT NULL, rank INTEGER NOT NULL, item INTEGER NOT NULL REFERENCES items(item),
    score REAL, prediction INTEGER, probability REAL, PRIMARY KEY (cycle, rank));
CREATE TABLE IF NOT EXISTS events (
    event INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE,
    item INTEGER NOT NULL REFERENCES items(item), kind TEXT NOT NULL, outcome TEXT NOT NULL,
    class INTEGER REFERENCES classes(position), annotator TEXT NOT NULL, origin TEXT NOT NULL,
    created_at REAL NOT NULL, seconds REAL, cycle INTEGER NOT NULL, score REAL,
    prediction INTEGER, probability REAL, replaces INTEGER REFERENCES events(event),
    seen INTEGER);
CREATE INDEX IF NOT EXISTS events_by_item ON events(item);
CREATE INDEX IF NOT EXISTS events_by_annotator ON events(annotator);
CREATE INDEX IF NOT EXISTS queries_by_item ON queries(item);
CREATE TABLE IF NOT EXISTS claims (
    item INTEGER NOT NULL REFERENCES items(item), annotator TEXT NOT NULL,
    expires_at REAL NOT NULL, PRIMARY KEY (item, annotator))
"""

_COLUMNS = (
    "event, uid, item, kind, outcome, class, annotator, origin, created_at, seconds, cycle, "
    "score, prediction, probability, replaces, seen"
)


class LabelStore:
    """What people said, never changed and never removed, and who looks at what.

    Every method that writes is one transaction, durable when it returns.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.db = database.db
        self.classes = ClassTable(database)

    def remove_class(self, position: int, annotator: str) -> None:
        """Raises: CryoalError: items carry it, or classes were merged into it."""
        with self.database.transaction():
            answers = self.answers()
            carrying = sum(
                event.outcome is Outcome.CLASS and answers.root(event.label) == position
                for item in answers.items()
                for event in answers.live(item)
            )
            if carrying:
                raise CryoalError(
                    f"{self.database.path}: {counted(carrying, 'answer names', 'answers name')} "
                    f"the class '{self.classes.all()[position].name}'; merge it into another, or "
                    "label those items again first"
                )
            self.classes.remove(position, annotator)

    def events(self, after: int = 0) -> list[Event]:
        """Events later than ``after``, in order."""
        rows = self.db.execute(
            f"SELECT {_COLUMNS} FROM events WHERE event > ? ORDER BY event", (after,)
        )
        return [_event(row) for row in rows]

    def answers(self, until: int | None = None) -> Answers:
        """All events folded, or those up to and with the event ``until``."""
        answers = Answers(self.classes.roots())
        for event in self.events():
            if until is None or event.event <= until:
                answers.apply(event)
        return answers

    def last_event(self) -> int:
        """The latest event, 0 before the first."""
        return int(self.db.execute("SELECT coalesce(max(event), 0) FROM events").fetchone()[0])

    def record(
        self,
        item: int,
        outcome: Outcome,
        label: int | None,
        annotator: str,
        *,
        kind: Kind = Kind.ANSWER,
        seconds: float | None = None,
        cycle: int = 0,
        score: float | None = None,
        prediction: int | None = None,
        probability: float | None = None,
    ) -> Event:
        """Append an answer or a review, and give up the annotator's claim on the item.

        Raises:
            CryoalError: a class that is not active, or the record cannot be written.
        """
        with self.database.transaction():
            if outcome is Outcome.CLASS:
                self.classes.check_active(-1 if label is None else label)
            previous = [
                e.event for e in self._events_of(item) if (e.annotator, e.origin) == (annotator, "")
            ]
            event = Event(
                event=0,
                uid=uuid.uuid4().hex,
                item=item,
                kind=kind,
                outcome=outcome,
                label=label,
                annotator=annotator,
                origin="",
                created_at=time.time(),
                seconds=seconds,
                cycle=cycle,
                score=score,
                prediction=prediction,
                probability=probability,
                replaces=previous[-1] if previous else None,
            )
            event = self._append(event)
            self.release(item, annotator)
        return event

    def recent_seconds(self, annotator: str, count: int) -> list[float]:
        """How long the annotator's last answers took, as far as that is known, oldest first.

        Reviews are not among them: what a query still takes does not follow from these.
        """
        rows = self.db.execute(
            "SELECT seconds FROM events WHERE annotator = ? AND seconds IS NOT NULL "
            "AND kind = 'answer' ORDER BY event DESC LIMIT ?",
            (annotator, count),
        )
        return [seconds for (seconds,) in rows][::-1]

    def undo(self, annotator: str) -> Event | None:
        """Take back the annotator's last answer that stands; the event that did, or None."""
        with self.database.transaction():
            event = undoable(self._own(annotator))
            return None if event is None else self._toggle(event, event.event, Kind.UNDO)

    def redo(self, annotator: str) -> Event | None:
        """Bring back what the annotator's last undo took; the event that did, or None."""
        with self.database.transaction():
            event = redoable(self._own(annotator))
            return None if event is None else self._toggle(event, event.replaces, Kind.REDO)

    def _toggle(self, event: Event, target: int | None, kind: Kind) -> Event:
        """Append that ``target`` is taken or brought back; ``event`` says what it said."""
        return self._append(
            replace(
                event,
                event=0,
                uid=uuid.uuid4().hex,
                kind=kind,
                created_at=time.time(),
                seconds=None,
                replaces=target,
            )
        )

    def _append(self, event: Event) -> Event:
        values = [getattr(event, name) for name in _FIELDS]
        cursor = self.db.execute(
            f"INSERT INTO events ({_COLUMNS}) VALUES ({', '.join('?' * len(values))})",
            [event.event or None, *values[1:]],
        )
        assert cursor.lastrowid is not None
        return replace(event, event=cursor.lastrowid)

    def begin_with(self, events: Iterable[Event]) -> None:
        """Fill a store that has no events with some of another's, under the same numbers."""
        with self.database.transaction():
            for event in events:
                self._append(event)

    def copy_in(self, events: Iterable[Event], seen: int) -> int:
        """Append events of one origin made in another store, in their order, each only once.

        ``replaces`` names an event of the other store and is translated. Items, classes and
        origins must be this store's.

        Args:
            seen: the last event of this store that the other began with.

        Returns:
            How many were new.
        """
        here: dict[str, int] = dict(self.db.execute("SELECT uid, event FROM events"))
        places: dict[int, int] = {}
        new = 0
        with self.database.transaction():
            for event in events:
                place = here.get(event.uid)
                if place is None:
                    replaces = None if event.replaces is None else places[event.replaces]
                    copied = replace(event, event=0, replaces=replaces, seen=seen)
                    place = self._append(copied).event
                    new += 1
                places[event.event] = place
        return new

    def _events_of(self, item: int) -> list[Event]:
        rows = self.db.execute(
            f"SELECT {_COLUMNS} FROM events WHERE item = ? ORDER BY event", (item,)
        )
        return [_event(row) for row in rows]

    def _own(self, annotator: str) -> Iterator[Event]:
        """One person's events here, the newest first; read as far as they are wanted."""
        rows = self.db.execute(
            f"SELECT {_COLUMNS} FROM events WHERE annotator = ? AND origin = '' "
            "ORDER BY event DESC",
            (annotator,),
        )
        return map(_event, rows)

    def claim(
        self, item: int, annotator: str, wanted: int = 1, seconds: float = CLAIM_SECONDS
    ) -> bool:
        """Reserve an item, unless as many others as are wanted answered or hold it.

        Args:
            wanted: how many people are to answer it; once it is reviewed, one is enough.
            seconds: how long the claim holds unless it is renewed by claiming again.

        Returns:
            Whether the item is the annotator's to answer.
        """
        now = time.time()
        with self.database.transaction():
            holders = self.db.execute(
                "SELECT annotator FROM claims WHERE item = ? AND expires_at > ?", (item, now)
            )
            answers = Answers()
            for event in self._events_of(item):
                answers.apply(event)
            others = {name for (name,) in holders}
            others |= {
                name for (name, _), event in answers.of(item).items() if event.outcome in FIRM
            }
            enough = 1 if answers.is_reviewed(item) else wanted
            if len(others - {annotator}) >= enough:
                return False
            self.db.execute(
                "INSERT INTO claims VALUES (?, ?, ?) ON CONFLICT (item, annotator) "
                "DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)",
                (item, annotator, now + seconds),
            )
        return True

    def release(self, item: int, annotator: str) -> None:
        """Give up a claim, if there is one."""
        with self.database.transaction():
            self.db.execute(
                "DELETE FROM claims WHERE item = ? AND annotator = ?", (item, annotator)
            )

    def leave(self, item: int, annotator: str) -> None:
        """Give up what holds for no longer than a look; an item kept for a bundle stays so."""
        with self.database.transaction():
            self.db.execute(
                "DELETE FROM claims WHERE item = ? AND annotator = ? AND expires_at <= ?",
                (item, annotator, time.time() + CLAIM_SECONDS),
            )

    def claims(self) -> dict[int, list[str]]:
        """Who holds which item now."""
        held: dict[int, list[str]] = {}
        for item, annotator in self.db.execute(
            "SELECT item, annotator FROM claims WHERE expires_at > ? ORDER BY item", (time.time(),)
        ):
            held.setdefault(item, []).append(annotator)
        return held

    def holders(self, item: int) -> dict[str, float]:
        """Who holds an item now, and until when, seconds since 1970."""
        return dict(
            self.db.execute(
                "SELECT annotator, expires_at FROM claims WHERE item = ? AND expires_at > ?",
                (item, time.time()),
            )
        )

    def on_screen(self, annotator: str) -> set[int]:
        """Items that a person holds for a look; not those that are kept for a bundle."""
        now = time.time()
        rows = self.db.execute(
            "SELECT item FROM claims WHERE annotator = ? AND expires_at > ? AND expires_at <= ?",
            (annotator, now, now + CLAIM_SECONDS),
        )
        return {item for (item,) in rows}


_FIELDS = tuple(Event.__dataclass_fields__)


def _event(row: tuple[object, ...]) -> Event:
    values = dict(zip(_FIELDS, row, strict=True))
    values["kind"] = Kind(str(values["kind"]))
    values["outcome"] = Outcome(str(values["outcome"]))
    return Event(**values)  # type: ignore[arg-type]
