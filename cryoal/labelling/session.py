"""One person labelling one query: everything a window does, without a window."""

from __future__ import annotations

import time

from cryoal.counted import counted
from cryoal.errors import CryoalError
from cryoal.labelling.class_averages import ClassAverages
from cryoal.labelling.class_editing import ClassEditing
from cryoal.labelling.decisions import OPEN, Decisions
from cryoal.labelling.entry import Entry, EntryFilter, SortKey
from cryoal.labelling.entry_table import EntryTable
from cryoal.labelling.hold import Hold
from cryoal.labelling.neighbours import Neighbour, Neighbours
from cryoal.labelling.progress import Progress, pace_per_hour
from cryoal.labelling.queue import AnnotatorQueue
from cryoal.labelling.source import LabelSource
from cryoal.labelling.taken import why_taken
from cryoal.labelling.volume_cache import Volume, VolumeCache
from cryoal.runs.answers import Decision, Event, Kind, Outcome
from cryoal.runs.open_query import OpenQuery

AHEAD = 4
"""Volumes that are read before they are asked for."""


class LabelSession(ClassEditing):
    """Hands out the items of the open query and records what the annotator says of them.

    An item goes to as many people as the query wants; while it is on screen it is claimed for
    this annotator, whose other windows get other items. All methods are for the thread that made
    the session; only :meth:`class_average` may be called from one other thread at a time.

    Attributes:
        source: the run or bundle.
        annotator: who labels.
        labels: classes and events of the source.
        reviewing: whether others had settled the item on screen when it was shown, so that an
            answer overrides theirs.
    """

    def __init__(self, source: LabelSource, annotator: str) -> None:
        self.source = source
        self.annotator = annotator
        self.labels = source.labels
        self.reviewing = False
        self._item: int | None = None
        self._hold = Hold(source, annotator)
        self._shown_at = 0.0
        self._trail: list[int] = []
        self._held: dict[int, list[str]] = {}
        self._filter = EntryFilter()
        self._sorting: tuple[SortKey, bool] = ("rank", False)
        self._volumes = VolumeCache(source.read)
        self._averages = ClassAverages(self._volumes.get_once)
        self._version = self._data_version()
        self._decisions = Decisions(self.labels)
        self._load()

    def _load(self) -> None:
        """Read the query and what is known of its items."""
        self._classes = self.labels.classes.all()
        self._queue = AnnotatorQueue(self.source.query(), self._decisions, self.annotator)
        self._table = EntryTable(self.source, self._decisions, self._queue)
        found = self.source.embeddings()
        self._neighbours = None if found is None else Neighbours(*found)

    @property
    def query(self) -> OpenQuery | None:
        """The query to answer, None where none waits."""
        return self._queue.query

    @property
    def current(self) -> Entry | None:
        """Item on screen."""
        return None if self._item is None else self.entry(self._item)

    def next(self) -> Entry | None:
        """Leave the item on screen for later and take the first that waits, None if none does."""
        self.refresh()
        if self._item is not None:
            self._queue.put_off(self._item)
        return self._hand_out()

    def previous(self) -> Entry | None:
        """Back to the item that was on screen before this one, None if there was none."""
        before = self._trail if self._item is None else self._trail[:-1]
        if not before:
            return None
        self._trail = before[:-1]
        return self.goto(before[-1])

    def goto(self, item: int) -> Entry:
        """Put an item on screen.

        Raises:
            CryoalError: it was neither asked for nor labelled.
        """
        self._table.fact(item)
        with self._hold.changing():
            self._leave()
            if item in self._queue.turns:
                self._hold.take(item, self._queue.wanted(item))
        return self._show(item)

    def answer(self, outcome: Outcome, label: int | None = None) -> Entry | None:
        """Say something of the item on screen and go on to the next that waits.

        Args:
            label: class position where the outcome is a class.

        Raises:
            CryoalError: nothing is on screen, somebody else has taken the item since, the class
                is not there any more, or nothing can be written.
        """
        if self._item is None:
            raise CryoalError(f"{self.source.path}: no item is on screen; {self.idle_reason()}")
        item, held, known = self._item, self._hold.item, self._decisions.answers.last_event
        seconds, shown_at = self._looked(item), self._shown_at
        try:
            # One transaction: an answer costs a single wait for the disk.
            with self.source.database.transaction():
                if self.reviewing:
                    self.review(item, outcome, label, seconds)
                else:
                    self.record(item, outcome, label, seconds)
                self.refresh()
                return self._hand_out()
        except BaseException:
            self._item, self._hold.item, self._shown_at = item, held, shown_at
            if self._decisions.answers.last_event != known:  # it may not have been written
                self._decisions = Decisions(self.labels)
                self._load()
            raise

    def record(
        self, item: int, outcome: Outcome, label: int | None = None, seconds: float | None = None
    ) -> None:
        """Answer an item without showing it.

        Args:
            seconds: how long the annotator looked; by default since the item is on screen.

        Raises:
            CryoalError: as :meth:`answer`; nothing is recorded then.
        """
        seconds = self._looked(item) if seconds is None else seconds
        with self.source.database.transaction():
            self._answer(item, outcome, label, seconds)
        self._take_events()

    def has_said(self, item: int, outcome: Outcome, label: int | None = None) -> bool:
        """Whether this is what the annotator last said of an item of the open query.

        What was taken back does not count, nor does a skip where something else is asked after.
        """
        said = [
            event
            for event in self._decisions.answers.standing(item)
            if event.annotator == self.annotator
            and self.query is not None
            and event.cycle == self.query.cycle
            and (event.outcome is not Outcome.SKIP or outcome is Outcome.SKIP)
        ]
        root = self._decisions.answers.root
        return bool(said) and (said[-1].outcome, root(said[-1].label)) == (outcome, root(label))

    def review(
        self, item: int, outcome: Outcome, label: int | None = None, seconds: float | None = None
    ) -> Entry:
        """Say something of an item against all that was said before; stays where it is.

        Where it still waits there is nothing to be against: this is an answer then, as
        :meth:`record` takes it, and another person is asked as well where two are wanted.

        Args:
            seconds: how long the annotator looked; by default since the item is on screen.

        Raises:
            CryoalError: an unknown item or class, one that waits for somebody else, or nothing
                can be written.
        """
        seconds = self._looked(item) if seconds is None else seconds
        with self.source.database.transaction():
            self.refresh()
            if item in self._queue.waiting:
                self._answer(item, outcome, label, seconds)
            else:
                self._write(item, Kind.REVIEW, outcome, label, seconds)
        self._take_events()
        return self.entry(item)

    def undo(self) -> Entry | None:
        """Take back the annotator's last answer and show its item; None if there is none left."""
        return self._revisit(self.labels.undo(self.annotator))

    def redo(self) -> Entry | None:
        """Bring back what the last undo took and show its item; None if there is nothing."""
        return self._revisit(self.labels.redo(self.annotator))

    def entry(self, item: int) -> Entry:
        """All about an item, as of now."""
        return self._table.entry(item)

    def entries(self) -> list[Entry]:
        """The whole open query and all labelled items, filtered and sorted."""
        return self._table.entries(self._filter, *self._sorting)

    def filter(
        self,
        *,
        state: str | None = None,
        label: int | None = None,
        group: str | None = None,
        disagreement: bool = False,
    ) -> None:
        """Choose what :meth:`entries` lists, see :class:`EntryFilter`; without arguments, all."""
        self._filter = EntryFilter(state, label, group, disagreement)

    def sort(self, key: SortKey, descending: bool = False) -> None:
        """Choose the order of :meth:`entries`."""
        self._sorting = (key, descending)

    def volume(self, item: int) -> Volume:
        """Voxels (D, H, W) as stored; the next ones are read meanwhile.

        Raises:
            CryoalError: they cannot be read.
        """
        volume = self._volumes.get(item)
        if item == self._item:
            self.prefetch()
        return volume

    def prefetch(self) -> None:
        """Read the next volumes in the background; :meth:`volume` does so by itself."""
        ahead: list[int] = []
        for item in self._queue.turns:
            if len(ahead) == AHEAD:
                break
            if item not in self._held and item != self._item:
                ahead.append(item)
        self._volumes.prefetch(ahead)

    def nearest(self, item: int, count: int = 6) -> list[Neighbour]:
        """Labelled items that the last model sees nearest to ``item``; [] before the first.

        Only items whose voxels the source holds.
        """
        if self._neighbours is None:
            return []

        def decision(other: int) -> Decision:
            return self._decisions[other] if self.source.holds(other) else OPEN

        return self._neighbours.nearest(item, decision, count)

    def class_average(self, position: int) -> Volume | None:
        """Mean (D, H, W) of volumes of a class, each at mean 0 and deviation 1; None without any.

        Raises:
            CryoalError: a volume cannot be read.
        """
        stored = self.source.stored_average(position)
        if stored is not None:
            return stored
        items = tuple(self._decisions.of_class.get(position, ()))
        return self._averages.average(position, filter(self.source.holds, items))

    def progress(self) -> Progress:
        """How far the query and the labels are."""
        of_class, states = self._decisions.of_class, self._decisions.states
        total = len(self._queue.ranks)
        return Progress(
            total=total,
            done=total - len(self._queue.turns),
            waiting=len(self._queue.waiting),
            per_hour=pace_per_hour(self.labels.recent_seconds(self.annotator, 60)),
            by_class={c.position: len(of_class.get(c.position, ())) for c in self.classes()},
            junk=states["junk"],
            undecided=states["undecided"],
            conflicts=states["conflict"],
        )

    def idle_reason(self) -> str:
        """Why :meth:`next` finds nothing, for people."""
        if self.query is None:
            return self.source.why_no_query
        if not self._queue.waiting:
            return f"every item of the query is answered; {self.source.next_step}"
        if mine := sum(item in self._queue.turns for item in self._hold.elsewhere()):
            return (
                f"{counted(mine, 'volume is', 'volumes are')} on screen in another window of yours "
                "(what a window that crashed left there is free again after half an hour)"
            )
        waits = counted(len(self._queue.waiting), "volume waits", "volumes wait")
        reason = f"{waits} for other annotators"
        return reason if self.source.is_shared else f"{reason}; {self.source.next_step}"

    def refresh(self) -> bool:
        """Take in what others wrote; whether anything changed."""
        version = self._data_version()
        if version == self._version:
            return False
        self._version = version
        said = self._take_events()
        changed = self._take_classes()
        if self.source.query() != self.query or not said <= self._table.facts.keys():
            self._load()
            changed = True
        return changed or bool(said)

    def close(self) -> None:
        """Give up what is on screen and close the files."""
        self._leave()
        self._volumes.close()
        self.source.close()

    def _hand_out(self) -> Entry | None:
        """Show the first item that this annotator can have."""
        with self._hold.changing():
            self._leave()
            self._held = self.labels.claims()
            elsewhere = self._hold.elsewhere()
            for item in self._queue.turns:
                wanted = self._queue.wanted(item)
                others = set(self._held.get(item, ())) - {self.annotator}
                free = item not in elsewhere and len(others) < wanted
                if free and self._hold.take(item, wanted):
                    return self._show(item)
        return None

    def _show(self, item: int) -> Entry:
        self._item = item
        if not self._trail or self._trail[-1] != item:
            self._trail.append(item)
        self._shown_at = time.monotonic()
        self.reviewing = bool(self._queue.settled_by_others(item))
        return self.entry(item)

    def _leave(self) -> None:
        self._item = None
        self._hold.leave()

    def _answer(
        self, item: int, outcome: Outcome, label: int | None, seconds: float | None
    ) -> None:
        """Record an answer, unless the item is not this annotator's."""
        if not self.labels.claim(item, self.annotator, self._queue.wanted(item)):
            self._take_events()
            raise CryoalError(
                f"{self.source.path}: {self._table.fact(item).id} {self._why_taken(item)}"
            )
        self._write(item, Kind.ANSWER, outcome, label, seconds)

    def _write(
        self, item: int, kind: Kind, outcome: Outcome, label: int | None, seconds: float | None
    ) -> None:
        """Record an event with what the model says of its item."""
        facts = self._table.fact(item)
        self.labels.record(
            item,
            outcome,
            label if outcome is Outcome.CLASS else None,
            self.annotator,
            kind=kind,
            seconds=seconds,
            cycle=facts.cycle or 0,
            score=facts.score,
            prediction=facts.prediction,
            probability=facts.probability,
        )
        self._hold.answered(item)
        if item == self._item:
            self._shown_at = time.monotonic()

    def _looked(self, item: int) -> float | None:
        """Seconds since an item is on screen, or since it was last answered there."""
        return time.monotonic() - self._shown_at if item == self._item else None

    def _revisit(self, event: Event | None) -> Entry | None:
        if event is None:
            return None
        self._take_events()
        return self.goto(event.item)

    def _take_events(self) -> set[int]:
        """Take in what is new in the record; the items that it is about."""
        items = self._decisions.catch_up()
        for item in items:
            self._queue.update(item)
        return items

    def _classes_changed(self) -> None:
        self._take_classes()

    def _take_classes(self) -> bool:
        classes = self.labels.classes.all()
        if classes == self._classes:
            return False
        self._classes = classes
        self._decisions.merge_classes()
        for item in self._queue.ranks:
            self._queue.update(item)
        return True

    def _why_taken(self, item: int) -> str:
        """Who else answered or has an item, and what to do, in words."""
        held = self.labels.holders(item)
        held.pop(self.annotator, None)
        answered = set(self._decisions[item].annotators) - {self.annotator}
        return why_taken(sorted(answered), held)

    def _data_version(self) -> int:
        """Changes when another process or connection has written."""
        return int(self.source.database.db.execute("PRAGMA data_version").fetchone()[0])
