"""Conditions that choose items."""

from __future__ import annotations

import pytest

from cryoal.errors import CryoalError
from cryoal.io.answers import Answers
from cryoal.runs.selection import select

ANSWERS = Answers(["ribo", "a, b"], ["ribo", "a, b", "ribo", ""], [0.95, 0.9, 0.5, 0.99])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("class=ribo", [0, 2]),
        (" class = ribo , p >= 0.9 ", [0]),
        ("class!=ribo", [1]),
        ("class=a, b,p>0.1", [1]),
        ("p>=0.9", [0, 1]),
        ("p>0.9", [0]),
        ("p<=0.9,p>0.5", [1]),
        ("p<0.9", [2]),
    ],
)
def test_items_that_meet_all_conditions(text, kept):
    assert [at for at, one in enumerate(select(text, ANSWERS)) if one] == kept


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("class=rib", "no class 'rib'; did you mean 'ribo'"),
        ("class=zzzz", "no class 'zzzz'; there are ribo, a, b"),
        ("class>ribo", "a class takes = or !="),
        ("score>=1", "no key 'score'; there are class and p"),
        ("p=0.9", "p takes"),
        ("p>=high", "'high' is no number"),
        ("p>=nan", "a probability is from 0 to 1"),
        ("p>=90", "a probability is from 0 to 1"),
        ("", "'' is no condition"),
        ("ribo", "'ribo' is no condition"),
        ("class=", "is no condition"),
        ("class=ribo,p>0.95", "no item is so"),
    ],
)
def test_mistakes(text, message):
    with pytest.raises(CryoalError, match=message) as caught:
        select(text, ANSWERS)
    assert "\n" not in str(caught.value)
