"""Agreement of a run's annotators: independent answers only."""

from __future__ import annotations

from pathlib import Path

import pytest
from human_runs import waiting_query

from cryoal.labelling.run_agreement import run_agreement
from cryoal.runs import RunFolder
from cryoal.runs.answers import Kind, Outcome

CLASS, JUNK, UNDECIDED, SKIP = Outcome


@pytest.fixture
def folder(run: Path) -> RunFolder:
    return RunFolder.open(run)


def test_without_shared_items_there_is_nothing_to_compare(folder: RunFolder) -> None:
    first, second, *_ = waiting_query(folder).items
    folder.journal.labels.record(first, CLASS, 0, "ann")
    folder.journal.labels.record(second, CLASS, 0, "bob")
    found = run_agreement(folder)
    assert (found.items, found.same, found.disagreements) == (0, None, [])


def test_last_answers_are_compared_by_class_name(folder: RunFolder) -> None:
    a, b, c, d, *_ = waiting_query(folder).items
    store = folder.journal.labels
    for item, one, two in ((a, 0, 0), (b, 1, 2), (c, 1, 1)):
        store.record(item, CLASS, one, "ann")
        store.record(item, CLASS, two, "bob")
    store.record(c, JUNK, None, "bob")
    store.record(d, CLASS, 0, "ann")
    store.record(d, UNDECIDED, None, "bob")
    found = run_agreement(folder)
    assert (found.annotators, found.items) == (("ann", "bob"), 3)
    differences = {one.item: one.answers for one in found.disagreements}
    assert differences == {
        b: {"ann": "class1", "bob": "class2"},
        c: {"ann": "class1", "bob": "junk"},
    }
    store.undo("bob")  # cannot decide, of d
    store.undo("bob")  # junk, of c
    store.classes.merge(2, 1, "ann")
    assert run_agreement(folder).disagreements == []


def test_a_review_settles_an_item_but_is_no_answer(folder: RunFolder) -> None:
    first, *_ = waiting_query(folder).items
    store = folder.journal.labels
    store.record(first, CLASS, 0, "ann")
    store.record(first, CLASS, 1, "bob")
    store.record(first, CLASS, 1, "eve", kind=Kind.REVIEW)
    found = run_agreement(folder)
    assert found.annotators == ("ann", "bob")
    assert [one.answers for one in found.disagreements] == [{"ann": "class0", "bob": "class1"}]
