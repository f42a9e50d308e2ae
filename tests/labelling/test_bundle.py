"""Bundles: small, complete, whole or not there, and never trusted."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from human_runs import answer_truly, copy_of, human_run, waiting_query
from run_fixtures import waiting_run

from cryoal.errors import CryoalError
from cryoal.labelling.bundle_checks import open_bundle
from cryoal.labelling.bundle_writer import EXAMPLES, write_bundle
from cryoal.labelling.opening import open_session
from cryoal.pools import SubtomogramPool
from cryoal.runs import RunFolder
from cryoal.runs.answers import Kind, Outcome

CLASS, JUNK, UNDECIDED, SKIP = Outcome


# One model and a query of six.
six_wait = waiting_run(trained=1, initial="9", budget="6")


@pytest.fixture
def run(six_wait: Path, tmp_path: Path) -> RunFolder:
    return RunFolder.open(copy_of(six_wait, tmp_path / "run"))


@pytest.fixture
def bundle(run: RunFolder, blob_pool: SubtomogramPool, tmp_path: Path) -> Path:
    path = tmp_path / "queue.cryoal"
    write_bundle(run, blob_pool, path)
    return path


class TestContents:
    def test_it_has_what_labelling_needs(
        self, run: RunFolder, bundle: Path, blob_pool: SubtomogramPool
    ) -> None:
        query = waiting_query(run)
        there = open_session(bundle, "ann")
        here = open_session(run.path, "ann")
        assert there.query == query
        assert there.classes() == here.classes()
        for item in query.items:
            volume = blob_pool.read([item])[0, 0].numpy()
            assert np.abs(there.volume(item) - volume).max() < volume.std() / 32
            assert there.entry(item) == here.entry(item)
        near = there.nearest(query.items[0])
        assert near
        assert [n.item for n in near] == [n.item for n in here.nearest(query.items[0])]
        assert there.volume(near[0].item).shape == (24, 24, 24)
        average = there.class_average(0)
        expected = here.class_average(0)
        assert average is not None
        assert expected is not None
        assert np.abs(average - expected).max() < expected.std() / 16
        there.close()
        here.close()

    def test_it_has_some_examples_of_each_class(
        self, run: RunFolder, bundle: Path, blob_pool: SubtomogramPool
    ) -> None:
        store = run.journal.labels
        for item in run.journal.split("train").tolist():
            if item not in waiting_query(run).items:
                store.record(item, CLASS, int(blob_pool.labels[item]), "ann")
        write_bundle(run, blob_pool, bundle.with_name("more.cryoal"))
        file = open_bundle(bundle.with_name("more.cryoal"))
        answers = file.labels.answers()
        counts = np.bincount([answers.decision(item).label for item in answers.items()])
        assert 0 < counts.max() <= EXAMPLES
        assert file.held() == {*waiting_query(run).items, *answers.items()}
        file.close()

    def test_before_the_first_model_there_are_no_neighbours(
        self, tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool
    ) -> None:
        run = RunFolder.open(human_run(tmp_path / "new", blobs, blob_pool))
        write_bundle(run, blob_pool, tmp_path / "queue.cryoal")
        session = open_session(tmp_path / "queue.cryoal", "ann")
        entry = session.next()
        assert entry is not None
        assert entry.prediction is None
        assert session.nearest(entry.item) == []
        assert session.class_average(0) is None
        session.close()

    def test_only_what_waits_goes_along(
        self, run: RunFolder, blob_pool: SubtomogramPool, tmp_path: Path
    ) -> None:
        first, *others = waiting_query(run).items
        run.journal.labels.record(first, CLASS, 0, "bob")
        assert list(write_bundle(run, blob_pool, tmp_path / "b").items) == others
        answer_truly(run, blob_pool)
        with pytest.raises(CryoalError, match="every item of the query is answered"):
            write_bundle(run, blob_pool, tmp_path / "c")


class TestClaims:
    def test_with_an_annotator_items_are_kept_for_two_weeks(
        self, run: RunFolder, blob_pool: SubtomogramPool, tmp_path: Path
    ) -> None:
        first, second, *others = waiting_query(run).items
        run.journal.labels.claim(first, "bob")
        facts = write_bundle(run, blob_pool, tmp_path / "ann", annotator="ann")
        assert list(facts.items) == [second, *others]
        assert run.journal.labels.claims() == {
            **{item: ["ann"] for item in (second, *others)},
            first: ["bob"],
        }
        with pytest.raises(CryoalError, match="6 items wait, but none for eve"):
            write_bundle(run, blob_pool, tmp_path / "eve", annotator="eve")
        days = run.journal.db.execute(
            "SELECT (max(expires_at) - strftime('%s', 'now')) / 86400 FROM claims"
        ).fetchone()[0]
        assert days == pytest.approx(14, abs=0.01)

    def test_without_an_annotator_nothing_is_claimed(self, run: RunFolder, bundle: Path) -> None:
        assert bundle.exists()
        assert run.journal.labels.claims() == {}

    def test_claims_of_a_bundle_that_cannot_be_written_are_given_up(
        self, run: RunFolder, blob_pool: SubtomogramPool, tmp_path: Path
    ) -> None:
        with pytest.raises(CryoalError, match="cannot be written"):
            write_bundle(run, blob_pool, tmp_path / "nowhere" / "queue.cryoal", annotator="ann")
        assert run.journal.labels.claims() == {}

    def test_a_person_does_not_get_what_that_person_answered(
        self, tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool
    ) -> None:
        path = human_run(tmp_path / "run", blobs, blob_pool, overlap="100%")
        run = RunFolder.open(path)
        first, *others = waiting_query(run).items
        run.journal.labels.record(first, CLASS, 0, "ann")
        assert list(write_bundle(run, blob_pool, tmp_path / "a", "ann").items) == others
        facts = write_bundle(run, blob_pool, tmp_path / "b", "bob")
        assert list(facts.items) == [first, *others]
        assert facts.doubled == set(facts.items)
        session = open_session(tmp_path / "b", "bob")
        entry, done = session.next(), []
        while entry is not None:
            entry = session.answer(CLASS, 0)
            done.append(session.progress().done)
        count = len(facts.items)
        assert done == list(range(1, count + 1))
        assert session.progress().total == count
        assert session.idle_reason() == (
            f"{count - 1} volumes wait for other annotators; "
            "bring the labels back with 'cryoal merge'"
        )
        session.close()


class TestFile:
    def test_a_file_that_is_there_stays(
        self, run: RunFolder, bundle: Path, blob_pool: SubtomogramPool
    ) -> None:
        before = bundle.read_bytes()
        with pytest.raises(CryoalError, match="is there already"):
            write_bundle(run, blob_pool, bundle)
        assert bundle.read_bytes() == before

    def test_a_bundle_that_fails_halfway_leaves_nothing(
        self,
        run: RunFolder,
        blob_pool: SubtomogramPool,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def fail(*_: object) -> None:
            raise CryoalError("item 3 cannot be read")

        monkeypatch.setattr("cryoal.labelling.bundle_writer.ClassAverages.average", fail)
        folder = tmp_path / "out"
        folder.mkdir()
        with pytest.raises(CryoalError, match="item 3"):
            write_bundle(run, blob_pool, folder / "queue.cryoal")
        assert list(folder.iterdir()) == []

    def test_another_pool_is_refused(
        self, run: RunFolder, blob_pool: SubtomogramPool, tmp_path: Path
    ) -> None:
        run.journal.db.execute("UPDATE meta SET value = 'other' WHERE key = 'items'")
        with pytest.raises(CryoalError, match="changed since the run began"):
            write_bundle(run, blob_pool, tmp_path / "b")

    def test_it_is_one_file_while_it_is_labelled_and_after(
        self, bundle: Path, tmp_path: Path
    ) -> None:
        away = tmp_path / "away"
        away.mkdir()
        shutil.move(bundle, away / "queue.cryoal")
        session = open_session(away / "queue.cryoal", "ann")
        assert session.next() is not None
        session.answer(CLASS, 0)
        session.add_class("ring")
        assert [path.name for path in away.iterdir()] == ["queue.cryoal"]
        session.close()
        assert [path.name for path in away.iterdir()] == ["queue.cryoal"]

    def test_a_read_only_bundle_is_shown_but_not_labelled(
        self, bundle: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cryoal.runs.database.os.access", lambda *_: False)
        session = open_session(bundle, "ann")
        entry = session.next()
        assert entry is not None
        assert session.volume(entry.item).shape == (24, 24, 24)
        with pytest.raises(CryoalError, match=r"queue\.cryoal: is read-only"):
            session.answer(CLASS, 0)
        session.close()

    def test_labels_of_the_run_cannot_be_undone_in_it(self, bundle: Path) -> None:
        session = open_session(bundle, "earlier")
        assert session.undo() is None
        session.close()


Damage = Callable[[sqlite3.Connection], object]


def execute(*statements: str) -> Damage:
    return lambda db: [db.execute(statement) for statement in statements]


EVENT = (
    "INSERT INTO events (uid, item, kind, outcome, class, annotator, origin, created_at, cycle, "
    "replaces) VALUES ('{uid}', (SELECT min(item) FROM events), '{kind}', '{outcome}', {label}, "
    "'{name}', '', 0, 0, {replaces})"
)


def event(
    uid: str = "0" * 32,
    kind: str = "answer",
    outcome: str = "class",
    label: str = "0",
    name: str = "eve",
    replaces: str = "NULL",
) -> str:
    return EVENT.format(
        uid=uid, kind=kind, outcome=outcome, label=label, name=name, replaces=replaces
    )


FIRST_EVENT = "(SELECT min(event) FROM events)"
DAMAGES = {
    "trigger": execute("CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END"),
    "view": execute("DROP TABLE averages", "CREATE VIEW averages AS SELECT 1"),
    "more tables": execute("CREATE TABLE other (x)"),
    "no facts": execute("DELETE FROM meta"),
    "facts that are no JSON": execute("UPDATE meta SET value = '{' WHERE key = 'bundle'"),
    "huge boxes": execute(
        "UPDATE meta SET value = json_set(value, '$.box_px', 100000) WHERE key = 'bundle'"
    ),
    "a text as uid": execute(
        "UPDATE meta SET value = json_set(value, '$.run_uid', '../x') WHERE key = 'bundle'"
    ),
    "no voxels": execute("DELETE FROM volumes"),
    "voxels as text": execute("UPDATE volumes SET data = 'text'"),
    "an unknown item": execute("UPDATE events SET item = 9999"),
    "an unknown class": execute("UPDATE events SET class = 77"),
    "an unknown kind": execute(event(kind="delete")),
    "an unknown outcome": execute(event(outcome="gone", label="NULL")),
    "a class without a position": execute(event(label="NULL")),
    "junk with a class": execute(event(outcome="junk")),
    "text as a score": execute("UPDATE queries SET score = 'high'"),
    "a short uid": execute(event(uid="7")),
    "no annotator": execute(event(name=" ")),
    "a control character": execute(event(name="e\x1bve")),
    "undo of nothing": execute(event(kind="undo")),
    "undo of another's answer": execute(event(kind="undo", replaces=FIRST_EVENT)),
    "an answer after another's": execute(event(replaces=FIRST_EVENT)),
}


class TestUntrusted:
    @pytest.mark.parametrize("name", DAMAGES)
    def test_what_is_wrong_is_found(self, bundle: Path, name: str) -> None:
        db = sqlite3.connect(bundle, isolation_level=None)
        DAMAGES[name](db)
        db.close()
        with pytest.raises(CryoalError, match=r"queue\.cryoal: a damaged bundle \(.+\); get it"):
            open_bundle(bundle)

    def test_each_thing_that_is_not_a_bundle_is_named(self, run: RunFolder, tmp_path: Path) -> None:
        (tmp_path / "text").write_text("hello")
        (tmp_path / "empty").touch()
        other = sqlite3.connect(tmp_path / "db")
        other.execute("CREATE TABLE mine (x)")
        other.close()
        before = (tmp_path / "db").read_bytes()
        for name in ("text", "empty", "db", "run/run.sqlite"):
            with pytest.raises(CryoalError, match="not a bundle; 'cryoal bundle' writes one"):
                open_bundle(tmp_path / name)
        assert (tmp_path / "db").read_bytes() == before
        with pytest.raises(CryoalError, match="a folder, not a bundle"):
            open_bundle(run.path)
        with pytest.raises(CryoalError, match="cannot be read"):
            open_bundle(tmp_path / "nothing")

    def test_one_of_a_newer_version_is_refused(self, bundle: Path) -> None:
        db = sqlite3.connect(bundle)
        db.execute("PRAGMA user_version = 99")
        db.close()
        with pytest.raises(CryoalError, match=r"a newer cryoal \(version 99\)"):
            open_bundle(bundle)

    @pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.99])
    def test_a_truncated_one_is_refused(self, bundle: Path, share: float) -> None:
        os.truncate(bundle, int(bundle.stat().st_size * share))
        with pytest.raises(CryoalError, match=r"queue\.cryoal"):
            open_bundle(bundle)

    def test_overwritten_pages_are_found_or_do_no_harm(self, bundle: Path) -> None:
        whole = bundle.read_bytes()
        generator = np.random.default_rng(0)
        refused = 0
        for start in range(100, len(whole) - 200, len(whole) // 40):
            garbage = generator.integers(0, 256, 200, dtype=np.uint8).tobytes()
            bundle.write_bytes(whole[:start] + garbage + whole[start + 200 :])
            try:
                file = open_bundle(bundle)
                items = file.facts.items
            except CryoalError:
                refused += 1
                continue
            for item in items:
                try:
                    assert file.volume(item).shape == (24, 24, 24)
                except CryoalError:
                    refused += 1
            file.close()
        assert refused > 5

    def test_voxels_are_checked_when_they_are_read(self, bundle: Path) -> None:
        db = sqlite3.connect(bundle, isolation_level=None)
        db.execute("UPDATE volumes SET data = zeroblob(100)")
        db.close()
        session = open_session(bundle, "ann")
        entry = session.next()
        assert entry is not None
        with pytest.raises(CryoalError, match="the bundle is damaged, get it again"):
            session.volume(entry.item)
        session.close()

    @pytest.mark.parametrize("vector", ["x'00'", "x''", "x'0000C07F'"])
    def test_embeddings_are_checked(self, bundle: Path, vector: str) -> None:
        db = sqlite3.connect(bundle, isolation_level=None)
        db.execute(f"UPDATE embeddings SET vector = {vector}")
        db.close()
        with pytest.raises(CryoalError, match="embeddings"):
            open_session(bundle, "ann")

    def test_a_review_of_a_class_is_an_event_like_any(self, bundle: Path) -> None:
        session = open_session(bundle, "eve")
        item = session.entries()[-1].item
        assert session.review(item, JUNK).decision.outcome is JUNK
        session.close()
        file = open_bundle(bundle)
        assert file.labels.events()[-1].kind is Kind.REVIEW
        file.close()
