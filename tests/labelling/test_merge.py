"""Labels come back from bundles: once, in any order, and never over what the run has."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from human_runs import continue_human_run, copy_of, human_run, waiting_query

from cryoal.errors import CryoalError
from cryoal.labelling.bundle_writer import write_bundle
from cryoal.labelling.merge import Conflict, MergeReport, merge_bundle
from cryoal.labelling.opening import open_session
from cryoal.labelling.session import LabelSession
from cryoal.pools import SubtomogramPool, open_subtomograms
from cryoal.runs import RunFolder
from cryoal.runs.answers import Decision, Kind, Outcome
from cryoal.runs.training_set import training_set

CLASS, JUNK, UNDECIDED, SKIP = Outcome
Bundler = Callable[..., Path]


@pytest.fixture
def folder(run: Path) -> RunFolder:
    """Six items wait for their first answers."""
    return RunFolder.open(run)


@pytest.fixture
def bundled(folder: RunFolder, blob_pool: SubtomogramPool, tmp_path: Path) -> Bundler:
    """Writes bundles of the run by name."""

    def write(name: str = "queue.cryoal", annotator: str | None = None) -> Path:
        write_bundle(folder, blob_pool, tmp_path / name, annotator)
        return tmp_path / name

    return write


def label(path: Path, annotator: str, said: dict[int, int | Outcome]) -> None:
    """Answer items of a bundle in one session."""
    session = open_session(path, annotator)
    for item, value in said.items():
        session.goto(item)
        if isinstance(value, Outcome):
            session.answer(value)
        else:
            session.answer(CLASS, value)
    session.close()


def decisions(folder: RunFolder) -> dict[int, Decision]:
    answers = folder.journal.labels.answers()
    return {item: answers.decision(item) for item in answers.items()}


def everything(folder: RunFolder) -> list[str]:
    """All that the journal holds."""
    return list(folder.journal.db.iterdump())


def test_a_bundle_goes_away_comes_back_and_the_run_goes_on(tmp_path: Path, blobs: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(blobs, data)
    pool = open_subtomograms(data)
    folder = RunFolder.open(human_run(tmp_path / "node" / "run", data, pool))
    write_bundle(folder, pool, tmp_path / "node" / "queue.cryoal", annotator="ann")
    truth = {item: int(pool.labels[item]) for item in waiting_query(folder).items}
    laptop = tmp_path / "laptop"
    laptop.mkdir()
    shutil.move(tmp_path / "node" / "queue.cryoal", laptop)
    shutil.move(data, tmp_path / "unplugged")

    session = open_session(laptop / "queue.cryoal", "ann")
    assert session.next() is not None
    while session.current is not None:
        assert session.volume(session.current.item).shape == (24, 24, 24)
        session.answer(CLASS, truth[session.current.item])
    session.close()

    shutil.move(tmp_path / "unplugged", data)
    report = merge_bundle(folder, laptop / "queue.cryoal")
    assert report == MergeReport(4, 4, [], [], [])
    assert {item: d.label for item, d in decisions(folder).items()} == truth
    assert folder.journal.labels.claims() == {}
    event = folder.journal.labels.events()[0]
    assert event.annotator == "ann"
    assert event.origin != ""
    assert event.seconds is not None
    assert not continue_human_run(folder, pool)
    assert folder.trained_cycles() == [1]
    labelled = training_set(folder.journal, folder.settings)
    assert dict(zip(labelled.items.tolist(), labelled.labels.tolist(), strict=True)) == truth


class TestAgain:
    def test_merging_twice_changes_nothing(self, folder: RunFolder, bundled: Bundler) -> None:
        path = bundled()
        first, second, *_ = waiting_query(folder).items
        session = open_session(path, "ann")
        ring = session.add_class("ring")
        session.goto(first)
        session.answer(CLASS, ring.position)
        session.close()
        label(path, "ann", {second: 1})
        assert merge_bundle(folder, path).new_events == 2
        before = everything(folder)
        assert merge_bundle(folder, path) == MergeReport(0, 0, [], [], [])
        assert everything(folder) == before

    def test_only_the_rest_comes_later_and_undo_too(
        self, folder: RunFolder, bundled: Bundler
    ) -> None:
        path = bundled()
        a, b, c, *_ = waiting_query(folder).items
        label(path, "ann", {a: 0, b: 1})
        assert merge_bundle(folder, path).new_events == 2
        session = open_session(path, "ann")
        session.undo()
        session.goto(c)
        session.answer(JUNK)
        session.close()
        report = merge_bundle(folder, path)
        assert (report.new_events, report.labels) == (2, 1)
        found = decisions(folder)
        assert [found[item].state for item in (a, b, c)] == ["decided", "open", "decided"]
        session = open_session(path, "ann")
        session.undo()
        session.undo()
        session.redo()
        session.close()
        merge_bundle(folder, path)
        found = decisions(folder)
        assert [found[item].state for item in (a, b, c)] == ["decided", "open", "open"]
        assert folder.journal.labels.undo("ann") is None  # what was said elsewhere stays

    def test_a_changed_mind_in_the_bundle_is_no_conflict(
        self, folder: RunFolder, bundled: Bundler
    ) -> None:
        path = bundled()
        first = waiting_query(folder).items[0]
        label(path, "ann", {first: 0})
        merge_bundle(folder, path)
        label(path, "ann", {first: 2})
        assert merge_bundle(folder, path).conflicts == []
        assert decisions(folder)[first].label == 2


class TestConflicts:
    def test_what_differs_is_reported_and_waits_for_a_review(
        self, folder: RunFolder, bundled: Bundler
    ) -> None:
        path = bundled()
        first, second, third, *_ = waiting_query(folder).items
        store = folder.journal.labels
        store.record(first, CLASS, 0, "bob")
        store.record(second, CLASS, 1, "bob")
        label(path, "ann", {first: JUNK, second: 1, third: UNDECIDED})
        report = merge_bundle(folder, path)
        name = folder.journal.db.execute("SELECT id FROM items WHERE item = ?", (first,))
        conflict = Conflict(
            first, name.fetchone()[0], [("bob", "class0", False), ("ann", "junk", True)]
        )
        assert report.conflicts == [conflict]
        assert decisions(folder)[first].state == "conflict"
        assert decisions(folder)[second] == Decision("decided", CLASS, 1, ("ann", "bob"))
        assert first not in training_set(folder.journal, folder.settings).items
        assert merge_bundle(folder, path).conflicts == [conflict]
        store.record(first, CLASS, 0, "eve", kind=Kind.REVIEW)
        assert merge_bundle(folder, path).conflicts == []
        assert decisions(folder)[first].label == 0

    def test_the_same_person_here_and_there_is_a_conflict_too(
        self, folder: RunFolder, bundled: Bundler
    ) -> None:
        path = bundled()
        first = waiting_query(folder).items[0]
        folder.journal.labels.record(first, CLASS, 0, "ann")
        label(path, "ann", {first: 2})
        assert [c.item for c in merge_bundle(folder, path).conflicts] == [first]

    def test_a_review_in_a_bundle_does_not_override_what_it_did_not_see(
        self, folder: RunFolder, bundled: Bundler
    ) -> None:
        first, second, *_ = waiting_query(folder).items
        store = folder.journal.labels
        store.record(first, CLASS, 0, "bob")
        path = bundled()
        store.record(second, CLASS, 0, "bob")
        session = open_session(path, "ann")
        session.review(second, CLASS, 2)
        session.close()
        assert [c.item for c in merge_bundle(folder, path).conflicts] == [second]
        assert decisions(folder)[first].label == 0


class TestOrder:
    def test_bundles_of_several_people_merge_in_any_order(
        self, folder: RunFolder, bundled: Bundler, tmp_path: Path
    ) -> None:
        a, b, c, d, e, f = waiting_query(folder).items
        folder.journal.labels.record(f, CLASS, 0, "bob")
        paths = [bundled(name) for name in ("one", "two")]
        shutil.copy(paths[0], tmp_path / "copy of one")
        paths.append(tmp_path / "copy of one")
        label(paths[0], "ann", {a: 0, b: 1, c: JUNK, d: UNDECIDED})
        label(paths[1], "bob", {a: 0, b: 2, d: UNDECIDED})
        label(paths[2], "ann", {c: 1, e: 2})
        for path, value in zip(paths[:2], (1, 1), strict=True):
            session = open_session(path, "eve")
            session.review(a, CLASS, value)
            ring = session.add_class("ring")
            session.goto(e)
            session.answer(CLASS, ring.position)
            session.close()
        folder.journal.close()
        results = []
        for number, order in enumerate(itertools.permutations(paths)):
            other = RunFolder.open(copy_of(folder.path, tmp_path / f"order{number}"))
            for path in order:
                merge_bundle(other, path)
            for path in order:
                assert merge_bundle(other, path).new_events == 0
            results.append(decisions(other))
            other.journal.close()
        assert all(result == results[0] for result in results)
        states = [results[0][item].state for item in (a, b, c, d, e, f)]
        assert states == ["decided", "conflict", "conflict", "undecided", "conflict", "decided"]
        assert results[0][a].label == 1


class TestClasses:
    def session(self, path: Path) -> LabelSession:
        return open_session(path, "ann")

    def test_new_ones_come_by_name(self, folder: RunFolder, bundled: Bundler) -> None:
        path = bundled()
        first, second, *_ = waiting_query(folder).items
        store = folder.journal.labels
        store.classes.add("disc", "bob")
        ring = store.classes.add("ring", "bob")
        session = self.session(path)
        there = [session.add_class(name).position for name in ("tube", "ring")]
        for item, position in zip((first, second), there, strict=True):
            session.goto(item)
            session.answer(CLASS, position)
        session.close()
        assert merge_bundle(folder, path).new_classes == ["tube"]
        found = decisions(folder)
        assert found[first].label == store.classes.named("tube").position
        assert found[second].label == ring.position

    def test_one_that_the_run_renamed_or_merged_is_found(
        self, folder: RunFolder, bundled: Bundler
    ) -> None:
        path = bundled()
        first, second, *_ = waiting_query(folder).items
        classes = folder.journal.labels.classes
        classes.rename(0, "ribosome", "bob")
        classes.merge(1, 2, "bob")
        label(path, "ann", {first: 0, second: 1})
        assert merge_bundle(folder, path) == MergeReport(2, 2, [], [], [])
        assert [decisions(folder)[item].label for item in (first, second)] == [0, 2]

    def test_a_new_one_that_the_run_renames_is_not_made_again(
        self, folder: RunFolder, bundled: Bundler
    ) -> None:
        path = bundled()
        first, second, *_ = waiting_query(folder).items
        session = self.session(path)
        ring = session.add_class("ring").position
        session.goto(first)
        session.answer(CLASS, ring)
        session.close()
        merge_bundle(folder, path)
        classes = folder.journal.labels.classes
        here = classes.named("ring").position
        classes.rename(here, "annulus", "bob")
        label(path, "ann", {second: ring})
        assert merge_bundle(folder, path).new_classes == []
        assert decisions(folder)[second].label == here

    def test_one_that_the_run_removed_comes_back_with_its_labels(
        self, folder: RunFolder, bundled: Bundler
    ) -> None:
        path = bundled()
        first = waiting_query(folder).items[0]
        folder.journal.labels.remove_class(2, "bob")
        label(path, "ann", {first: 2})
        assert merge_bundle(folder, path).new_classes == ["class2"]
        assert decisions(folder)[first].label == 2
        assert folder.journal.labels.classes.all()[2].active

    def test_what_was_done_to_them_is_done_here_or_told(
        self, folder: RunFolder, bundled: Bundler
    ) -> None:
        path, other = bundled("one"), bundled("two")
        session = self.session(path)
        session.rename_class(0, "ribosome")
        session.merge_class(1, 2)
        session.close()
        report = merge_bundle(folder, path)
        assert report.class_notes == [
            "class 'class0' is now 'ribosome'",
            "class 'class1' is now part of 'class2'",
        ]
        session = self.session(other)
        session.rename_class(0, "proteasome")
        session.merge_class(2, 1)
        session.remove_class(0)
        session.close()
        before = folder.journal.labels.classes.all()
        notes = merge_bundle(folder, other).class_notes
        assert [note.split(":")[0] for note in notes[:2]] == ["left as it was"] * 2
        assert "became 'proteasome' in the bundle and 'ribosome' here" in notes[0]
        assert notes[2:] == ["class 'ribosome' is removed"]
        assert folder.journal.labels.classes.all()[1:] == before[1:]
        folder.journal.labels.classes.add("ribosome", "bob")
        assert merge_bundle(folder, other).class_notes == []
        assert folder.journal.labels.classes.all() == before


class TestRefused:
    def test_a_bundle_of_another_run(
        self, folder: RunFolder, bundled: Bundler, tmp_path: Path, blobs: Path,
        blob_pool: SubtomogramPool,
    ) -> None:  # fmt: skip
        other = RunFolder.open(human_run(tmp_path / "other", blobs, blob_pool))
        path = bundled()
        label(path, "ann", {waiting_query(folder).items[0]: 0})
        before = everything(other)
        with pytest.raises(CryoalError, match=r"a bundle of another run \('run', .*merge it there"):
            merge_bundle(other, path)
        assert everything(other) == before

    def test_items_that_are_called_otherwise(self, folder: RunFolder, bundled: Bundler) -> None:
        path = bundled()
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("UPDATE items SET id = id || 'x'")
        db.close()
        with pytest.raises(CryoalError, match="a damaged bundle, get it again"):
            merge_bundle(folder, path)

    def test_an_event_that_pretends_to_be_the_runs(
        self, folder: RunFolder, bundled: Bundler
    ) -> None:
        path = bundled()
        first = waiting_query(folder).items[0]
        mine = folder.journal.labels.record(first, CLASS, 0, "ann")
        label(path, "ann", {first: 1})
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("UPDATE events SET uid = ? WHERE origin = ''", (mine.uid,))
        db.close()
        with pytest.raises(CryoalError, match="an event of another origin"):
            merge_bundle(folder, path)
        assert decisions(folder)[first].label == 0

    def test_a_class_that_is_in_no_record(self, folder: RunFolder, bundled: Bundler) -> None:
        path = bundled()
        session = open_session(path, "ann")
        ring = session.add_class("ring").position
        session.close()
        label(path, "ann", {waiting_query(folder).items[0]: ring})
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("DELETE FROM class_changes")
        db.close()
        before = everything(folder)
        with pytest.raises(CryoalError, match="a damaged bundle"):
            merge_bundle(folder, path)
        assert everything(folder) == before


def test_claims_are_given_up_for_what_is_answered(folder: RunFolder, bundled: Bundler) -> None:
    path = bundled(annotator="ann")
    a, b, c, *others = waiting_query(folder).items
    label(path, "ann", {a: 0, b: UNDECIDED, c: SKIP})
    merge_bundle(folder, path)
    assert sorted(folder.journal.labels.claims()) == sorted([c, *others])
