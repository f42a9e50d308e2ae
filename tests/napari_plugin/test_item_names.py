from __future__ import annotations

from dataclasses import replace

import display  # noqa: F401
import pytest

from cryoal.labelling.entry import Entry
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.item_names import name_order, row_names, short_names, title_of
from cryoal.runs.answers import Outcome


@pytest.fixture
def entry(desk: Desk) -> Entry:
    desk.start()
    assert desk.entry is not None
    return desk.entry


def test_a_title_does_not_give_the_class_away(entry: Entry) -> None:
    assert entry.id.startswith("class")
    assert title_of(entry, ["class0"]) == entry.id.split("/")[-1]
    stacked = replace(entry, id="000003@Ribosome/t7.mrcs")
    assert title_of(stacked, ["ribosome"]) == "000003@t7.mrcs"
    told = replace(entry, id="particles/Ribosome_17.mrc")
    assert title_of(told, ["ribosome", "groel"]) == f"item {entry.item}"
    assert title_of(told, ["ib"]) == "Ribosome_17.mrc"


def test_after_the_answer_the_title_is_the_whole_name(desk: Desk, entry: Entry) -> None:
    for outcome, told in ((Outcome.SKIP, False), (Outcome.CLASS, True)):
        desk.session.record(entry.item, outcome, 0)
        after = desk.session.entry(entry.item)
        assert (title_of(after, ["class0"]) == entry.id) == told


def test_another_persons_answer_tells_nothing(desk: Desk, entry: Entry) -> None:
    desk.session.labels.record(entry.item, Outcome.CLASS, 0, "bob")
    desk.session.refresh()
    desk.session._take_events()
    after = desk.session.entry(entry.item)
    assert after.decision.annotators == ("bob",)
    assert "/" not in title_of(after, ["class0"])


def test_what_all_names_share_is_left_out() -> None:
    assert short_names(["a/b/1.mrc", "a/c/2.mrc"]) == {"a/b/1.mrc": "b/1", "a/c/2.mrc": "c/2"}
    assert short_names(["T_1.12.tomostar", "T_2.12.tomostar"]) == {
        "T_1.12.tomostar": "T_1.12",
        "T_2.12.tomostar": "T_2.12",
    }
    assert short_names(["a/1.mrc", "a/2.mrcs"]) == {"a/1.mrc": "1.mrc", "a/2.mrcs": "2.mrcs"}
    assert short_names(["a/1.mrc"]) == {"a/1.mrc": "1"}
    assert short_names([]) == {}


def test_names_that_are_alike_are_told_apart_without_their_folders(entry: Entry) -> None:
    assert entry.rank is not None
    alike = [
        replace(entry, item=item, id=f"{folder}/target18.mrc", rank=rank)
        for item, folder, rank in ((0, "groel", 4), (1, "ribosome", 2))
    ]
    other = replace(entry, item=2, id="groel/target19.mrc", rank=3)
    names = row_names([*alike, other], ["groel", "ribosome"])
    assert names == {0: "target18 #5", 1: "target18 #3", 2: "target19"}


def test_names_are_ordered_by_the_numbers_in_them() -> None:
    ordered = ["9", "12", "a/9", "a/10", "t", "T2", "t2b", "t10"]
    assert sorted(sorted(ordered), key=name_order) == ordered


def test_names_in_a_list_tell_the_class_of_labelled_items_only(desk: Desk, entry: Entry) -> None:
    other = next(one for one in desk.session.entries() if one.item != entry.item)
    desk.session.record(other.item, Outcome.CLASS, 0)
    names = row_names(desk.session.entries(), ["class0", "class1", "class2"])
    assert "/" not in names[entry.item]
    assert names[other.item] in ("item7", "item7.mrc")
