"""Keys of classes."""

from __future__ import annotations

import pytest

from cryoal.errors import CryoalError
from cryoal.labelling.class_keys import CLASS_KEYS, TAKEN, check_key, class_keys
from cryoal.runs.class_table import LabelClass


def some_classes(count: int, **shortcuts: str) -> list[LabelClass]:
    return [
        LabelClass(at, f"c{at}", None, shortcuts.get(f"c{at}"), None, False) for at in range(count)
    ]


def test_digits_come_first_and_then_letters_that_do_nothing_else() -> None:
    keys = list(class_keys(some_classes(11)))
    assert keys == [*"123456789", "B", "E"]
    assert not TAKEN & set(CLASS_KEYS)


def test_a_chosen_key_is_kept_and_nobody_elses() -> None:
    keys = {key: one.name for key, one in class_keys(some_classes(3, c2="1")).items()}
    assert keys == {"1": "c2", "2": "c0", "3": "c1"}


def test_more_classes_than_keys() -> None:
    keys = class_keys(some_classes(40))
    assert list(keys) == list(CLASS_KEYS)


def test_only_keys_of_classes_are_taken() -> None:
    assert check_key("w") == "W"
    for key in ("u", "0", "", "12", "F1"):
        with pytest.raises(CryoalError, match="cannot be the key of a class"):
            check_key(key)
