"""Keys of classes: who has which, and that nobody's moves without reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.errors import CryoalError
from cryoal.runs.class_keys import CLASS_KEYS, TAKEN, check_key, fill_keys
from cryoal.runs.class_table import ClassTable
from cryoal.runs.journal import Journal

NAMES = ["apoferritin", "glutamine", "groel", "proteasome", "thermosome"]


def table(path: Path, names: list[str] = NAMES) -> ClassTable:
    """Classes of a run that nobody has changed yet."""
    journal = Journal(path / "run.sqlite")
    journal.create({}, [*names, "junk"], ["i0"], None, ["train"])
    return journal.labels.classes


def keys(classes: ClassTable) -> dict[str, str]:
    return {one.name: key for key, one in classes.keys().items()}


def test_digits_come_first_and_then_letters_that_do_nothing_else() -> None:
    assert fill_keys([None] * 11) == [*"123456789", "B", "E"]
    assert not TAKEN & set(CLASS_KEYS)
    assert fill_keys([None] * 40) == [*CLASS_KEYS, *[None] * (40 - len(CLASS_KEYS))]


def test_a_chosen_key_is_kept_and_nobody_elses() -> None:
    assert fill_keys([None, None, "1"]) == ["2", "3", "1"]
    assert fill_keys(["2", "2", "J"]) == ["2", "1", "3"]


def test_only_keys_of_classes_are_taken() -> None:
    assert check_key("w") == "W"
    for key in ("u", "0", "", "12", "F1"):
        with pytest.raises(CryoalError, match="cannot be the key of a class"):
            check_key(key)


def test_a_key_that_another_has_is_swapped(tmp_path: Path) -> None:
    classes = table(tmp_path)
    classes.set_shortcut(3, "2", "ann")
    assert keys(classes) == dict(zip(NAMES, "14325", strict=True))


def test_a_free_key_moves_one_class_only(tmp_path: Path) -> None:
    classes = table(tmp_path)
    classes.set_shortcut(0, "q", "ann")
    assert keys(classes) == dict(zip(NAMES, "Q2345", strict=True))
    classes.set_shortcut(0, None, "ann")
    assert keys(classes) == dict(zip(NAMES, "12345", strict=True))


def test_the_key_of_a_class_that_goes_is_for_the_next_new_one(tmp_path: Path) -> None:
    classes = table(tmp_path)
    classes.merge(1, 2, "ann")
    classes.remove(0, "bob")
    assert keys(classes) == {"groel": "3", "proteasome": "4", "thermosome": "5"}
    classes.add("ribosome", "ann")
    classes.add("apoferritin", "ann")
    assert (keys(classes)["ribosome"], keys(classes)["apoferritin"]) == ("1", "2")
    assert keys(classes)["groel"] == "3"


def test_a_class_without_a_key_takes_one(tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(len(CLASS_KEYS) + 1)]
    classes = table(tmp_path, names)
    before = keys(classes)
    assert names[-1] not in before
    classes.set_shortcut(len(names) - 1, "1", "ann")
    after = keys(classes)
    assert after.pop(names[-1]) == before.pop("c0") == "1"
    assert after == before


CHANGES: dict[str, Callable[[ClassTable, int, str], object]] = {
    "key": lambda classes, at, key: classes.set_shortcut(at, key, "ann"),
    "default": lambda classes, at, _key: classes.set_shortcut(at, None, "ann"),
    "remove": lambda classes, at, _key: classes.remove(at, "ann"),
    "add": lambda classes, at, key: classes.add(f"new {at}{key}", "bob"),
}


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(CHANGES)), st.integers(0, 6), st.sampled_from("123467QW")),
        max_size=12,
    )
)
def test_no_change_moves_a_key_that_it_is_not_about(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, int, str]]
) -> None:
    classes = table(tmp_path_factory.mktemp("keys"))
    for what, at, key in changes:
        before = keys(classes)
        named = {one.position: one.name for one in classes.active()}
        about = {named.get(at)}
        if what == "key":
            about |= {name for name, had in before.items() if had == key}
        try:
            CHANGES[what](classes, at, key)
        except CryoalError:  # a class that is gone, or a name that is there
            assert keys(classes) == before
            continue
        after = keys(classes)
        assert len(set(after.values())) == len(after) == len(classes.active())
        for name in before.keys() & after.keys() - about:
            assert after[name] == before[name], (what, at, key)
    classes.database.close()
