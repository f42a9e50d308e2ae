"""Putting the open query of a run into one file."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from cryoal.counted import counted
from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.labelling.annotator import checked_annotator
from cryoal.labelling.bundle_file import BundleFacts, BundleFile
from cryoal.labelling.class_averages import ClassAverages
from cryoal.pools import SubtomogramPool
from cryoal.runs.answers import FIRM, Answers
from cryoal.runs.embeddings import load_embeddings
from cryoal.runs.folder import RunFolder
from cryoal.runs.open_query import OpenQuery, open_query

CLAIM_SECONDS = 14 * 24 * 3600
"""After this long without a merge the items of a bundle go to others."""
EXAMPLES = 8
"""Labelled items of each class that go along, to compare with."""

Progress = Callable[[int, int], None]
Embedded = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]


def write_bundle(
    folder: RunFolder,
    pool: SubtomogramPool,
    path: Path,
    annotator: str | None = None,
    progress: Progress | None = None,
) -> BundleFacts:
    """Write what waits in the open query, and some labelled items of each class, to ``path``.

    Args:
        pool: that of the run.
        annotator: claim the items for this person for 14 days, leaving out those that others
            hold; None claims nothing.
        progress: (volumes and classes done, all).

    Raises:
        CryoalError: no name, nothing waits, another pool, a file is there already, or it cannot be
            written.
    """
    annotator = None if annotator is None else checked_annotator(annotator)
    check_pool_of_run(folder, pool)
    if path.exists():
        raise CryoalError(f"{path}: is there already; merge it and remove it, or give another -o")
    query = open_query(folder.journal, folder.settings.overlap, folder.settings.seed)
    if query is None:
        raise CryoalError(f"{folder.path}: no query waits; 'cryoal run' makes the next one")
    labels = folder.journal.labels
    last_event = labels.last_event()
    answers = labels.answers(last_event)
    items = items_for(folder, query, answers, annotator)
    facts = BundleFacts(
        uid=uuid.uuid4().hex,
        run_uid=folder.journal.uid,
        run=folder.path.resolve().name,
        annotator=annotator,
        created_at=time.time(),
        cycle=query.cycle,
        items=tuple(items),
        doubled=query.doubled & frozenset(items),
        last_event=last_event,
        box_px=pool.item_shape[-1],
        voxel_size_A=pool.voxel_size_A,
        contrast=pool.contrast,
    )
    try:
        with written_atomically(path) as temporary:
            BundleWriter(folder, pool, answers, facts).write(temporary, progress)
    except BaseException:
        for item in items if annotator is not None else ():
            labels.release(item, annotator or "")
        raise
    return facts


def check_pool_of_run(folder: RunFolder, pool: SubtomogramPool) -> None:
    """Raises: CryoalError: the run was made on other items."""
    if pool.fingerprint != folder.journal.meta("items"):
        raise CryoalError(
            f"{folder.path}: the items of {pool.source} changed since the run began; bring them "
            "back"
        )


def items_for(
    folder: RunFolder, query: OpenQuery, answers: Answers, annotator: str | None
) -> list[int]:
    """Items of the query that wait for ``annotator``, claimed; without one, that wait at all.

    Raises:
        CryoalError: there is none.
    """
    waiting = query.waiting(answers)
    if annotator is None:
        items = waiting
    else:
        items = [
            item
            for item in waiting
            if not has_answered(answers, item, annotator)
            and folder.journal.labels.claim(item, annotator, query.wanted(item), CLAIM_SECONDS)
        ]
    if not waiting:
        raise CryoalError(f"{folder.path}: every item of the query is answered; go on with the run")
    if not items:
        raise CryoalError(
            f"{folder.path}: {counted(len(waiting), 'item waits', 'items wait')}, but none "
            f"for {annotator}: others hold them"
        )
    return items


def has_answered(answers: Answers, item: int, annotator: str) -> bool:
    """Whether ``annotator`` gave the item a class or junk."""
    return any(
        name == annotator and event.outcome in FIRM for (name, _), event in answers.of(item).items()
    )


class BundleWriter:
    """Fills a bundle.

    Args:
        answers: those of the run, up to ``facts.last_event``.
    """

    def __init__(
        self, folder: RunFolder, pool: SubtomogramPool, answers: Answers, facts: BundleFacts
    ) -> None:
        self.journal = folder.journal
        self.pool = pool
        self.facts = facts
        self.of_class = decided_items(answers, facts)
        self.embedded = last_embeddings(folder)
        self.examples = [
            item for items in self.of_class.values() for item in self.chosen_examples(items)
        ]

    def chosen_examples(self, items: list[int]) -> list[int]:
        """A few of ``items``: those that the model sees nearest to anything queried."""
        if self.embedded is not None:
            row = {item: at for at, item in enumerate(self.embedded[0].tolist())}
            known = [item for item in items if item in row]
            queried = [item for item in self.facts.items if item in row]
            if known and queried:
                vectors = self.embedded[1]
                rows, columns = ([row[item] for item in some] for some in (known, queried))
                distances = cdist(vectors[rows], vectors[columns]).min(axis=1)
                items = [known[at] for at in np.argsort(distances, kind="stable")]
        return items[:EXAMPLES]

    def write(self, path: Path, progress: Progress | None) -> None:
        """Into the empty file at ``path``."""
        bundle = BundleFile.create(path, self.facts)
        try:
            with bundle.transaction():
                items = sorted({*self.facts.items, *self.examples})
                self.copy_rows(bundle, items)
                self.copy_embeddings(bundle, items)
                self.copy_tomograms(bundle, items)
                self.add_pictures(bundle, items, progress)
        finally:
            bundle.close()

    def copy_rows(self, bundle: BundleFile, items: list[int]) -> None:
        """Classes, the items, what the models said of them and what people did.

        Events of the run itself get its uid as their origin, so that the annotators of the
        bundle cannot undo them.
        """
        bundle.db.execute("PRAGMA defer_foreign_keys=ON")  # a class may be merged into a later one
        wanted = set(items)
        for table in ("classes", "items", "queries"):
            columns = [row[1] for row in bundle.db.execute(f"PRAGMA table_info({table})")]
            rows = self.journal.db.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            if "item" in columns:
                rows = [row for row in rows if row[columns.index("item")] in wanted]
            marks = ", ".join("?" * len(columns))
            bundle.db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        bundle.labels.begin_with(
            replace(event, origin=event.origin or self.facts.run_uid)
            for event in self.journal.labels.events()
            if event.item in wanted and event.event <= self.facts.last_event
        )

    def copy_embeddings(self, bundle: BundleFile, items: list[int]) -> None:
        if self.embedded is None:
            return
        known, vectors = self.embedded
        rows = np.flatnonzero(np.isin(known, items))
        bundle.add_embeddings(known[rows].tolist(), vectors[rows])

    def copy_tomograms(self, bundle: BundleFile, items: list[int]) -> None:
        """How large the tomograms of the items are, where places are known."""
        groups = self.pool.groups
        for name in {None} if groups is None else set(groups[items].tolist()):
            if (tomogram := self.pool.tomogram(name)) is not None:
                bundle.add_tomogram(name, tomogram.box_A)

    def add_pictures(self, bundle: BundleFile, items: list[int], progress: Progress | None) -> None:
        """Voxels of the items, where they are, and class averages."""
        total = len(items) + len(self.of_class)
        for done, item in enumerate(items, 1):
            bundle.add_volume(item, self.volume(item))
            if self.pool.places.positions_A is not None:
                x, y, z = self.pool.places.positions_A[item].tolist()
                bundle.add_place(item, (x, y, z))
            if progress is not None:
                progress(done, total)
        averages = ClassAverages(self.volume)
        for done, (position, members) in enumerate(self.of_class.items(), len(items) + 1):
            average = None if position is None else averages.average(position, members)
            if position is not None and average is not None:
                bundle.add_average(position, average)
            if progress is not None:
                progress(done, total)

    def volume(self, item: int) -> npt.NDArray[np.float32]:
        volume: npt.NDArray[np.float32] = self.pool.read([item])[0, 0].numpy()
        return volume


def decided_items(answers: Answers, facts: BundleFacts) -> dict[int | None, list[int]]:
    """Decided items by class position, junk under None; without those to be labelled."""
    queried = set(facts.items)
    found: dict[int | None, list[int]] = {}
    for item in answers.items():
        decision = answers.decision(item)
        if decision.state == "decided" and item not in queried:
            found.setdefault(decision.label, []).append(item)
    return found


def last_embeddings(folder: RunFolder) -> Embedded | None:
    """Those of the last model; None before the first."""
    for cycle in reversed(folder.trained_cycles()):
        path = folder.embeddings_path(cycle)
        if path.is_file():
            return load_embeddings(path)
    return None
