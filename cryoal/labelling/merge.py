"""Bringing the labels of a bundle back to its run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.labelling.bundle_checks import open_bundle
from cryoal.labelling.bundle_file import BundleFile
from cryoal.labelling.class_transfer import ClassTransfer
from cryoal.runs.answers import FIRM, Answers, Event, Outcome
from cryoal.runs.folder import RunFolder
from cryoal.runs.journal import Journal


@dataclass(frozen=True)
class Conflict:
    """An item on which answers differ; it counts for nothing until somebody reviews it.

    Attributes:
        item, id: of the item.
        answers: (annotator, class name or ``junk``, whether it was said in this bundle).
    """

    item: int
    id: str
    answers: list[tuple[str, str, bool]]


@dataclass(frozen=True)
class MergeReport:
    """What a merge did.

    Attributes:
        new_events: events that the run did not have.
        labels: items that they give a class or junk.
        new_classes: names of classes that the run did not have.
        class_notes: what else was done to classes, or could not be, in words.
        conflicts: items of the bundle that are in conflict now, whoever caused it.
    """

    new_events: int
    labels: int
    new_classes: list[str]
    class_notes: list[str]
    conflicts: list[Conflict]


def merge_bundle(folder: RunFolder, path: Path) -> MergeReport:
    """Bring all that was said in the bundle at ``path`` since it was last merged; all or nothing.

    Nothing that the run has is changed: where its answers and the bundle's differ, the item is in
    conflict until it is reviewed. In which order the bundles of a run are merged makes no
    difference to what is decided.

    Raises:
        CryoalError: not a bundle or a damaged one, one of another run, or the run cannot be
            written.
    """
    bundle = open_bundle(path)
    try:
        check_same_run(folder, bundle)
        with folder.journal.transaction():
            return Merge(folder.journal, bundle).run()
    finally:
        bundle.close()


def check_same_run(folder: RunFolder, bundle: BundleFile) -> None:
    """Refuse a bundle of another run.

    Raises:
        CryoalError: names that run.
    """
    if bundle.facts.run_uid != folder.journal.uid:
        raise CryoalError(
            f"{bundle.path}: a bundle of another run ('{bundle.facts.run}', "
            f"{bundle.facts.run_uid[:8]}), not of {folder.path} ({folder.journal.uid[:8]}); merge "
            "it there"
        )
    ids = dict(folder.journal.db.execute("SELECT item, id FROM items"))
    for item, name in bundle.db.execute("SELECT item, id FROM items"):
        if ids.get(item) != name:
            raise CryoalError(
                f"{bundle.path}: item {item} is '{name}', in {folder.path} it is "
                f"'{ids.get(item)}'; a damaged bundle, get it again"
            )


class Merge:
    """One merge, inside a transaction on the run's journal."""

    def __init__(self, journal: Journal, bundle: BundleFile) -> None:
        self.journal = journal
        self.bundle = bundle
        self.made = [event for event in bundle.labels.events() if event.origin == ""]
        self.uids = {event.uid for event in self.made}
        self.classes = ClassTransfer(bundle, journal.labels)

    def run(self) -> MergeReport:
        """Do it."""
        self.classes.run()
        origin = self.origin()
        new = self.new_events()
        for event in new:
            if event.label is not None:
                self.classes.keep(self.classes.position(event.label), event.annotator)
        count = self.journal.labels.copy_in(
            (self.translated(event, origin) for event in self.made), self.bundle.facts.last_event
        )
        answers = self.journal.labels.answers()
        items = sorted({event.item for event in self.made})
        self.release(answers, items)
        touched = {event.item for event in new}
        return MergeReport(
            new_events=count,
            labels=sum(bool(self.firm(answers, item)) for item in touched),
            new_classes=self.classes.added,
            class_notes=self.classes.notes,
            conflicts=self.conflicts(answers, items),
        )

    def origin(self) -> str:
        """The bundle's uid, with a number where another copy of the same file was merged before.

        So people who each label a copy differ as those do who label different bundles.
        """
        said_by: dict[str, set[str]] = {}
        for uid, origin in self.journal.db.execute("SELECT uid, origin FROM events"):
            said_by.setdefault(origin, set()).add(uid)
        origin, copies = self.bundle.facts.uid, 1
        while not said_by.get(origin, set()) <= self.uids:
            copies += 1
            origin = f"{self.bundle.facts.uid}.{copies}"
        return origin

    def new_events(self) -> list[Event]:
        """Those that the run does not have.

        Raises:
            CryoalError: an event pretends to be one that was made elsewhere.
        """
        origins = dict(self.journal.db.execute("SELECT uid, origin FROM events"))
        uid = self.bundle.facts.uid
        if any(origins.get(event.uid, uid).split(".")[0] != uid for event in self.made):
            raise CryoalError(
                f"{self.bundle.path}: a damaged bundle (an event of another origin); get it again"
            )
        return [event for event in self.made if event.uid not in origins]

    def translated(self, event: Event, origin: str) -> Event:
        """An event of the bundle in the run's terms."""
        label = None if event.label is None else self.classes.position(event.label)
        return replace(event, label=label, origin=origin)

    def firm(self, answers: Answers, item: int) -> list[Event]:
        """What was said of an item in this bundle and stands: classes and junk."""
        return [
            event
            for event in answers.of(item).values()
            if event.uid in self.uids and event.outcome in FIRM
        ]

    def release(self, answers: Answers, items: Iterable[int]) -> None:
        """Give up what was claimed for the bundle and is answered in it."""
        annotator = self.bundle.facts.annotator
        for item in items:
            said = [e for e in answers.live(item) if e.uid in self.uids]
            if annotator is not None and any(e.outcome is not Outcome.SKIP for e in said):
                self.journal.labels.release(item, annotator)

    def conflicts(self, answers: Answers, items: Iterable[int]) -> list[Conflict]:
        """Of ``items``, those in conflict."""
        ids = dict(self.journal.db.execute("SELECT item, id FROM items"))
        return [
            Conflict(item, ids[item], self.sides(answers, item))
            for item in items
            if answers.decision(item).state == "conflict"
        ]

    def sides(self, answers: Answers, item: int) -> list[tuple[str, str, bool]]:
        names = self.journal.classes
        said = []
        for event in answers.of(item).values():
            if event.outcome in FIRM:
                root = answers.root(event.label)
                name = event.outcome.value if root is None else names[root]
                said.append((event.annotator, name, event.uid in self.uids))
        return said
