"""One person at a query: what comes next, what is recorded, what can be taken back."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from human_runs import continue_human_run
from tiny_runs import tiny_settings

from cryoal.errors import CryoalError
from cryoal.labelling.entry import Entry
from cryoal.labelling.opening import open_session
from cryoal.labelling.session import LabelSession
from cryoal.labelling.waiting import waiting_items
from cryoal.pools import SubtomogramPool
from cryoal.runs import RunFolder, start_run
from cryoal.runs.answers import Kind, Outcome
from cryoal.runs.label_store import CLAIM_SECONDS

Opener = Callable[..., LabelSession]
CLASS, JUNK, UNDECIDED, SKIP = Outcome


def asked(session: LabelSession) -> list[int]:
    assert session.query is not None
    return list(session.query.items)


def shown(entry: Entry | None) -> int:
    assert entry is not None
    return entry.item


class TestTurns:
    def test_items_come_in_rank_order_and_answers_go_on(self, run: Path, opened: Opener) -> None:
        session = opened(run)
        first, second, third, *_ = asked(session)
        assert session.current is None
        assert shown(session.next()) == first
        assert shown(session.answer(CLASS, 0)) == second
        assert shown(session.answer(JUNK)) == third
        assert session.current == session.entry(third)
        assert session.entry(first).decision.label == 0
        assert session.entry(second).decision.outcome is JUNK

    def test_what_was_put_off_comes_back_after_all_others(self, run: Path, opened: Opener) -> None:
        session = opened(run)
        a, b, c, d, e, f = asked(session)
        session.next()
        session.answer(SKIP)
        session.answer(UNDECIDED)
        session.next()  # passes c over
        assert shown(session.current) == d
        assert [shown(session.answer(CLASS, 1)) for _ in range(5)] == [e, f, a, b, c]
        assert session.answer(CLASS, 1) is None
        assert session.idle_reason() == "every item of the query is answered; train on the labels"
        with pytest.raises(CryoalError, match="no item is on screen; every item of the query"):
            session.answer(JUNK)

    def test_a_lone_item_that_is_skipped_stays(self, run: Path, opened: Opener) -> None:
        session = opened(run)
        session.next()
        for _ in range(5):
            last = shown(session.answer(CLASS, 0))
        assert shown(session.answer(SKIP)) == last
        assert shown(session.next()) == last
        assert session.progress().waiting == 1

    def test_undecided_twice_closes_an_item(self, run: Path, opened: Opener) -> None:
        session = opened(run)
        item = shown(session.next())
        session.answer(UNDECIDED)
        session.goto(item)
        session.answer(UNDECIDED)
        assert session.entry(item).decision.state == "undecided"
        progress = session.progress()
        assert (progress.waiting, progress.done, progress.undecided) == (5, 1, 1)

    def test_previous_goes_back_and_leaves_the_order_alone(self, run: Path, opened: Opener) -> None:
        session = opened(run)
        a, b, c, *_ = asked(session)
        session.next()
        assert session.previous() is None
        assert shown(session.current) == a
        session.answer(CLASS, 0)
        session.answer(CLASS, 1)
        assert shown(session.current) == c
        assert shown(session.previous()) == b
        assert shown(session.previous()) == a
        assert shown(session.answer(CLASS, 2)) == c
        assert session.entry(a).decision.label == 2
        assert [e.kind for e in session.labels.events()] == [Kind.ANSWER] * 3

    def test_an_unknown_item_is_refused(self, run: Path, opened: Opener) -> None:
        session = opened(run)
        stranger = next(i for i in range(36) if i not in asked(session))
        with pytest.raises(CryoalError, match="was neither asked for nor labelled"):
            session.goto(stranger)


class TestRecord:
    def test_all_that_was_shown_is_kept(self, trained: Path, opened: Opener) -> None:
        session = opened(trained)
        entry = session.next()
        assert entry is not None
        assert entry.cycle == 1
        assert entry.rank == 0
        assert entry.score is not None
        assert 0 < (entry.probability or 0) <= 1
        time.sleep(0.05)
        session.answer(CLASS, 1)
        event = session.labels.events()[-1]
        assert event.cycle == 1
        assert (event.score, event.prediction) == (entry.score, entry.prediction)
        assert event.probability == entry.probability
        assert 0.05 <= (event.seconds or 0) < 1
        assert session.entry(entry.item).mine == event

    def test_a_class_that_is_gone_is_refused(self, run: Path, opened: Opener) -> None:
        session = opened(run)
        item = shown(session.next())
        with pytest.raises(CryoalError, match="class 7 is not there any more"):
            session.answer(CLASS, 7)
        assert shown(session.current) == item
        assert session.labels.events() == []
        assert session.labels.claims() == {item: ["ann"]}

    def test_a_full_disk_leaves_the_item_on_screen(self, run: Path, opened: Opener) -> None:
        session = opened(run)
        item = shown(session.next())
        db = session.source.database.db
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")

        def fill_the_disk() -> None:
            while True:
                session.review(asked(session)[1], CLASS, 0)

        with pytest.raises(CryoalError, match="cannot be written"):
            fill_the_disk()
        before = session.labels.events()
        with pytest.raises(CryoalError, match="free some space"):
            session.answer(CLASS, 1)
        assert shown(session.current) == item
        assert session.entry(item).decision.state == "open"
        assert session.labels.events() == before
        db.execute("PRAGMA max_page_count = 1000000")
        session.answer(JUNK)
        assert session.entry(item).decision.outcome is JUNK
        assert len(session.labels.events()) == len(before) + 1

    def test_an_answer_that_was_not_written_does_not_count(
        self, run: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = opened(run)
        item = shown(session.next())

        def fail(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(session, "_show", fail)
            with pytest.raises(KeyboardInterrupt):
                session.answer(CLASS, 0)
        assert shown(session.current) == item
        assert session.progress().waiting == 6
        session.answer(CLASS, 1)
        assert session.entry(item).decision.label == 1

    def test_a_review_overrides_and_stays(self, run: Path, opened: Opener) -> None:
        session = opened(run)
        first, second, *_ = asked(session)
        session.next()
        session.answer(CLASS, 0)
        assert session.review(first, JUNK).decision.outcome is JUNK
        assert shown(session.current) == second
        assert session.labels.events()[-1].kind is Kind.REVIEW

    def test_a_review_keeps_how_long_the_item_was_looked_at(
        self, run: Path, opened: Opener
    ) -> None:
        session = opened(run)
        first, second, *_ = asked(session)
        session.record(second, CLASS, 0)
        session.goto(first)
        time.sleep(0.3)
        for label in (0, 1):
            session.review(first, CLASS, label)
        session.review(second, JUNK)
        seconds = [event.seconds for event in session.labels.events()]
        assert seconds[0] is None  # neither of these was on screen
        assert seconds[3] is None
        assert (seconds[1] or 0) >= 0.3
        assert (seconds[2] or 1) < 0.3  # from one press to the next


class TestUndo:
    def test_it_walks_back_and_forth_and_shows_the_item(self, run: Path, opened: Opener) -> None:
        session = opened(run)
        a, b, c, *_ = asked(session)
        assert session.undo() is None
        session.next()
        session.answer(CLASS, 0)
        session.answer(JUNK)
        assert shown(session.undo()) == b
        assert shown(session.undo()) == a
        assert session.undo() is None
        assert session.progress().waiting == 6
        assert shown(session.redo()) == a
        assert session.entry(a).decision.label == 0
        assert shown(session.redo()) == b
        assert session.redo() is None
        assert shown(session.next()) == c

    def test_it_goes_on_after_a_restart(self, run: Path, opened: Opener) -> None:
        session = open_session(run, "ann")
        first, second, *_ = asked(session)
        session.next()
        session.answer(CLASS, 0)
        session.answer(CLASS, 1)
        session.undo()
        session.close()
        again = opened(run)
        assert shown(again.undo()) == first
        assert shown(again.redo()) == first
        assert shown(again.redo()) == second
        assert again.progress().by_class == {0: 1, 1: 1, 2: 0}

    def test_nobody_undoes_for_another(self, run: Path, opened: Opener) -> None:
        ann, bob = opened(run), opened(run, "bob")
        ann.next()
        ann.answer(CLASS, 0)
        assert bob.undo() is None


class TestTogether:
    def test_two_people_never_get_the_same_item(self, run: Path, opened: Opener) -> None:
        ann, bob = opened(run), opened(run, "bob")
        seen = {"ann": [shown(ann.next())], "bob": [shown(bob.next())]}
        for session in (ann, bob, bob, ann):
            seen[session.annotator].append(shown(session.answer(CLASS, 0)))
        assert sorted(seen["ann"] + seen["bob"]) == sorted(asked(ann))
        assert ann.answer(CLASS, 0) is None
        assert ann.idle_reason() == "1 volume waits for other annotators"
        assert bob.answer(CLASS, 0) is None
        assert ann.refresh()
        assert ann.progress().waiting == 0

    def test_leaving_gives_an_item_up(self, run: Path, opened: Opener) -> None:
        ann, bob = opened(run), opened(run, "bob")
        first, second, third, *_ = asked(ann)
        ann.next()
        assert shown(bob.next()) == second
        assert shown(ann.next()) == third
        assert shown(bob.next()) == first
        bob.close()
        assert ann.labels.claims() == {third: ["ann"]}

    def test_undecided_goes_to_somebody_else(self, run: Path, opened: Opener) -> None:
        ann, bob = opened(run), opened(run, "bob")
        first = shown(ann.next())
        ann.answer(UNDECIDED)
        assert shown(bob.next()) == first
        bob.answer(CLASS, 2)
        assert ann.refresh()
        assert not ann.refresh()
        assert ann.entry(first).decision.label == 2

    def test_an_item_taken_meanwhile_is_not_answered_twice(self, run: Path, opened: Opener) -> None:
        ann, bob = opened(run), opened(run, "bob")
        first = shown(ann.next())
        ann.labels.release(first, "ann")  # as when a claim has run out
        assert shown(bob.next()) == first
        with pytest.raises(CryoalError, match="is on screen of bob; go on to the next"):
            ann.answer(CLASS, 0)
        bob.answer(CLASS, 1)
        with pytest.raises(CryoalError, match="is answered already, by bob; to change"):
            ann.answer(CLASS, 0)
        assert ann.goto(first).decision.label == 1
        assert ann.reviewing
        ann.answer(CLASS, 0)
        assert ann.entry(first).decision.label == 0
        assert ann.entry(first).decision.annotators == ("ann",)

    def test_an_item_in_a_bundle_is_said_to_be_there(self, run: Path, opened: Opener) -> None:
        ann = opened(run)
        first, *_ = asked(ann)
        ann.labels.claim(first, "bob", seconds=14 * 86400)
        with pytest.raises(CryoalError, match=r"is in a bundle kept for bob; .* 'cryoal merge'"):
            ann.record(first, CLASS, 0)

    def test_a_review_does_not_take_what_is_on_anothers_screen(
        self, run: Path, opened: Opener
    ) -> None:
        ann, bob = opened(run), opened(run, "bob")
        item = shown(ann.next())
        with pytest.raises(CryoalError, match="is on screen of ann"):
            bob.review(item, CLASS, 0)
        assert ann.labels.events() == []
        ann.answer(CLASS, 1)
        bob.review(item, CLASS, 0)  # without a look at what is new
        assert [event.kind for event in ann.labels.events()] == [Kind.ANSWER, Kind.REVIEW]
        assert bob.entry(item).decision.label == 0

    def test_a_review_of_what_waits_is_an_answer_like_any_other(
        self, doubled: Path, opened: Opener
    ) -> None:
        ann, bob, eve = (opened(doubled, name) for name in ("ann", "bob", "eve"))
        assert ann.query is not None
        item = min(ann.query.doubled)
        for label in (0, 1):  # who changes her mind still is one person
            ann.review(item, CLASS, label)
        bob.refresh()
        assert ann.entry(item).decision.annotators == ("ann",)
        assert bob.progress().waiting == 6
        bob.review(item, CLASS, 1)
        assert bob.entry(item).decision.annotators == ("ann", "bob")
        with pytest.raises(CryoalError, match="is answered already, by ann, bob"):
            eve.record(item, CLASS, 0)
        assert {event.kind for event in eve.labels.events()} == {Kind.ANSWER}

    def test_overlap_asks_two_people_for_some(self, doubled: Path, opened: Opener) -> None:
        ann, bob = opened(doubled), opened(doubled, "bob")
        assert ann.query is not None
        twice = ann.query.doubled
        for session in (ann, bob):
            entry = session.next()
            while entry is not None:
                entry = session.answer(CLASS, 0 if session is ann else 1)
        said: dict[int, int] = {}
        for event in ann.labels.events():
            said[event.item] = said.get(event.item, 0) + 1
        assert said == {item: 2 if item in twice else 1 for item in asked(ann)}
        ann.refresh()
        assert ann.progress().conflicts == len(twice) == 2
        assert ann.progress().waiting == 0
        for item in twice:
            ann.review(item, CLASS, 2)
        bob.refresh()
        assert bob.next() is None
        assert (bob.progress().conflicts, bob.progress().waiting) == (0, 0)

    def test_nobody_answers_a_doubled_item_twice(self, doubled: Path, opened: Opener) -> None:
        ann = opened(doubled)
        entry = ann.next()
        while entry is not None:
            entry = ann.answer(CLASS, 0)
        assert len(ann.labels.events()) == 6
        assert ann.idle_reason() == "2 volumes wait for other annotators"
        progress = ann.progress()
        assert (progress.total, progress.done, progress.left, progress.waiting) == (6, 6, 0, 2)

    def test_what_another_said_is_hidden_until_one_has_answered(
        self, doubled: Path, opened: Opener
    ) -> None:
        ann, bob = opened(doubled), opened(doubled, "bob")
        assert ann.query is not None
        item = min(ann.query.doubled)
        ann.record(item, CLASS, 0)
        bob.refresh()
        hidden = bob.entry(item)
        assert (hidden.decision.state, hidden.said) == ("open", ())
        bob.filter(label=0)
        assert bob.entries() == []
        bob.record(item, CLASS, 1)
        told = bob.entry(item)
        assert told.decision.state == "conflict"
        assert [(event.annotator, event.label) for event in told.said] == [("ann", 0), ("bob", 1)]
        bob.merge_class(1, 2)
        assert [event.label for event in bob.entry(item).said] == [0, 2]

    def test_progress_is_of_ones_own_part(self, doubled: Path, opened: Opener) -> None:
        ann, bob = opened(doubled), opened(doubled, "bob")
        assert ann.query is not None
        ann.record(min(ann.query.doubled), CLASS, 0)
        bob.refresh()
        assert (ann.progress().done, bob.progress().done) == (1, 0)
        assert (ann.progress().waiting, bob.progress().waiting) == (6, 6)

    def test_the_next_query_is_taken_up(
        self, run: Path, blob_pool: SubtomogramPool, opened: Opener
    ) -> None:
        session = opened(run)
        entry = session.next()
        while entry is not None:
            entry = session.answer(CLASS, int(blob_pool.labels[entry.item]))
        assert session.nearest(asked(session)[0]) == []
        continue_human_run(RunFolder.open(run), blob_pool)
        assert session.refresh()
        assert session.query is not None
        assert session.query.cycle == 1
        assert shown(session.next()) == asked(session)[0]
        assert len(session.nearest(asked(session)[0])) == 6


class TestTwoWindows:
    def test_they_get_different_items(self, run: Path, opened: Opener) -> None:
        one, other = opened(run), opened(run)
        seen = [shown(one.next()), shown(other.next())]
        seen += [shown(session.answer(CLASS, 0)) for session in (one, other, other, one)]
        assert sorted(seen) == sorted(asked(one))
        assert one.answer(CLASS, 0) is None
        assert one.idle_reason().startswith("1 volume is on screen in another window of yours")
        assert other.answer(CLASS, 0) is None
        assert len(one.labels.events()) == 6

    def test_what_one_leaves_the_other_gets(self, run: Path, opened: Opener) -> None:
        one, other = open_session(run, "ann"), opened(run)
        first, second, *_ = asked(one)
        assert (shown(one.next()), shown(other.next())) == (first, second)
        one.close()
        assert shown(other.next()) == first

    def test_what_is_kept_for_a_bundle_is_still_handed_out(self, run: Path, opened: Opener) -> None:
        session = opened(run)
        first, *_ = asked(session)
        session.labels.claim(first, "ann", seconds=14 * 86400)
        assert shown(session.next()) == first

    def test_a_window_that_crashed_keeps_one_item_for_half_an_hour(
        self, run: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = opened(run)
        first, second, *_ = asked(session)
        session.labels.claim(first, "ann")
        assert shown(session.next()) == second
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + CLAIM_SECONDS + 1)
        assert shown(session.next()) == first


class TestTable:
    def test_it_lists_the_query_and_what_is_labelled(self, trained: Path, opened: Opener) -> None:
        session = opened(trained)
        entries = session.entries()
        assert [e.item for e in entries[:4]] == asked(session)
        assert all(e.asked for e in entries[:4])
        assert len(entries) == 4 + 9
        assert {e.decision.state for e in entries[4:]} == {"decided"}

    def test_filters(self, trained: Path, opened: Opener) -> None:
        session = opened(trained)
        session.next()
        predicted = session.current.prediction if session.current else None
        assert predicted is not None
        session.answer(CLASS, (predicted + 1) % 3)
        session.filter(state="open")
        assert len(session.entries()) == 3
        session.filter(disagreement=True)
        assert [e.item for e in session.entries()] == asked(session)[:1]
        session.filter(label=0)
        assert {e.decision.label for e in session.entries()} == {0}
        session.filter(group="nowhere")
        assert session.entries() == []
        session.filter()
        assert len(session.entries()) == 13

    def test_who_could_not_decide_is_found_by_others(self, run: Path, opened: Opener) -> None:
        ann, bob = opened(run), opened(run, "bob")
        first, second, *_ = asked(ann)
        ann.record(first, Outcome.UNDECIDED)
        ann.record(second, Outcome.SKIP)
        bob.refresh()
        bob.filter(state="undecided")
        assert [entry.item for entry in bob.entries()] == [first]
        bob.filter(state="open")
        assert len(bob.entries()) == 6
        assert [event.outcome for event in bob.entry(second).said] == [Outcome.SKIP]

    def test_sorting(self, trained: Path, opened: Opener) -> None:
        session = opened(trained)
        session.sort("score", descending=True)
        scores = [e.score for e in session.entries()]
        known = [score for score in scores if score is not None]
        assert known == sorted(known, reverse=True)
        assert scores[len(known) :] == [None] * 9
        session.next()
        last = shown(session.current)
        session.answer(CLASS, 0)
        session.sort("time", descending=True)
        assert session.entries()[0].item == last
        session.sort("class")
        labels = [e.decision.label for e in session.entries() if e.decision.label is not None]
        assert labels == sorted(labels)


class TestClasses:
    def test_a_new_class_has_a_key_at_once(self, run: Path, opened: Opener) -> None:
        session = opened(run)
        added = session.add_class("ribosome")
        assert {key: one.name for key, one in session.keys().items()} == {
            "1": "class0",
            "2": "class1",
            "3": "class2",
            "4": "ribosome",
        }
        session.next()
        session.answer(CLASS, added.position)
        assert session.progress().by_class[added.position] == 1
        session.rename_class(added.position, "80S")
        session.set_colour(added.position, "#ff0000")
        session.set_shortcut(added.position, "w")
        assert [one.name for one in session.classes()] == ["class0", "class1", "class2", "80S"]
        assert session.keys()["W"].colour == "#ff0000"

    def test_keys_that_do_something_else_are_refused(self, run: Path, opened: Opener) -> None:
        with pytest.raises(CryoalError, match="'u' cannot be the key of a class; take one of 1, 2"):
            opened(run).set_shortcut(0, "u")

    def test_merged_labels_count_for_the_other(self, run: Path, opened: Opener) -> None:
        session = opened(run)
        item = shown(session.next())
        session.answer(CLASS, 0)
        session.merge_class(0, 2)
        assert session.entry(item).decision.label == 2
        assert session.progress().by_class == {1: 0, 2: 1}

    def test_what_a_model_said_counts_for_the_other_too(
        self, trained: Path, opened: Opener
    ) -> None:
        session = opened(trained)
        item = shown(session.next())
        guess = session.entry(item).prediction
        assert guess is not None
        session.record(item, CLASS, guess)
        into = (guess + 1) % 3
        session.merge_class(guess, into)
        entry = session.entry(item)
        assert entry.prediction == into
        assert not entry.disagrees
        assert entry.mine is not None
        assert entry.mine.label == into
        names = {one.position: one.name for one in session.classes()}
        waiting = waiting_items(session.source)
        assert waiting
        assert {one.prediction for one in waiting} <= set(names.values())

    def test_a_merge_by_another_is_noticed(self, run: Path, opened: Opener) -> None:
        ann, bob = opened(run), opened(run, "bob")
        item = shown(ann.next())
        ann.answer(CLASS, 0)
        bob.merge_class(0, 1)
        assert ann.refresh()
        assert ann.entry(item).decision.label == 1

    def test_a_class_that_items_carry_stays(self, run: Path, opened: Opener) -> None:
        session = opened(run)
        session.next()
        session.answer(CLASS, 0)
        with pytest.raises(CryoalError, match="1 answer names the class 'class0'; merge it"):
            session.remove_class(0)
        session.undo()
        session.remove_class(0)
        assert [one.name for one in session.classes()] == ["class1", "class2"]
        with pytest.raises(CryoalError, match="class 0 is not there any more"):
            session.answer(CLASS, 0)


class TestPictures:
    def test_volumes_are_the_pools(
        self, run: Path, blob_pool: SubtomogramPool, opened: Opener
    ) -> None:
        session = opened(run)
        for item in asked(session):
            expected = blob_pool.read([item])[0, 0].numpy()
            np.testing.assert_array_equal(session.volume(item), expected)

    def test_averages_follow_the_labels(
        self, run: Path, blob_pool: SubtomogramPool, opened: Opener
    ) -> None:
        session = opened(run)
        items = asked(session)[:3]
        assert session.class_average(0) is None
        for item in items:
            session.record(item, CLASS, 0)
        volumes = blob_pool.read(items)[:, 0].numpy().astype(np.float64)

        def average(volumes: np.ndarray) -> np.ndarray:
            mean = volumes.mean((1, 2, 3), keepdims=True)
            return ((volumes - mean) / volumes.std((1, 2, 3), keepdims=True)).mean(0)

        np.testing.assert_allclose(session.class_average(0), average(volumes), atol=1e-6)
        session.review(items[1], JUNK)
        np.testing.assert_allclose(session.class_average(0), average(volumes[[0, 2]]), atol=1e-6)

    def test_neighbours_are_labelled_and_sorted(self, trained: Path, opened: Opener) -> None:
        session = opened(trained)
        first, second, *_ = asked(session)
        found = session.nearest(first, count=20)
        assert len(found) == 9
        assert [n.distance for n in found] == sorted(n.distance for n in found)
        assert all(n.label == session.entry(n.item).decision.label for n in found)
        session.record(second, JUNK)
        assert (second, None) in [(n.item, n.label) for n in session.nearest(first, count=20)]


class TestBadInput:
    def test_a_read_only_run_can_be_looked_at(
        self, run: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
        session = opened(run)
        assert shown(session.next()) == asked(session)[0]
        with pytest.raises(CryoalError, match="is read-only; copy it"):
            session.answer(CLASS, 0)
        assert shown(session.next()) == asked(session)[1]

    def test_a_newer_database(self, run: Path) -> None:
        db = sqlite3.connect(run / "run.sqlite")
        db.execute("PRAGMA user_version = 99")
        db.close()
        with pytest.raises(CryoalError, match=r"written by a newer cryoal \(version 99\)"):
            open_session(run, "ann")

    def test_no_query_waits(self, run: Path, opened: Opener) -> None:
        folder = RunFolder.open(run)
        with folder.journal.transaction():
            folder.journal.finish_phase(0, "label", 0.0)
        session = opened(run)
        assert session.next() is None
        assert session.idle_reason().startswith("no query waits")
        with folder.journal.transaction():
            folder.journal.finish_phase(folder.settings.cycles, "evaluate", 0.0)
        assert session.idle_reason().startswith("every cycle of the run is done")
        assert session.entries() == []
        assert session.progress().total == 0

    def test_a_run_that_its_labels_answer(
        self, tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool
    ) -> None:
        start_run(tmp_path / "run", tiny_settings(blobs), blob_pool).journal.close()
        with pytest.raises(CryoalError, match="start a run for people with"):
            open_session(tmp_path / "run", "ann")

    def test_nothing_there_and_nobody(self, tmp_path: Path, run: Path) -> None:
        with pytest.raises(CryoalError, match="is not there; name a run folder or a bundle"):
            open_session(tmp_path / "none", "ann")
        with pytest.raises(CryoalError, match="not a run folder"):
            open_session(tmp_path, "ann")
        for name in (" ", "a\x07", "a" * 81):
            with pytest.raises(CryoalError, match="needs a name"):
                open_session(run, name)
