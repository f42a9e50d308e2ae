"""Counts and percentages."""

from __future__ import annotations

import pytest

from cryoal.errors import CryoalError
from cryoal.runs.amount import count_items


@pytest.mark.parametrize(
    ("text", "total", "count"),
    [("200", 1000, 200), ("5%", 1000, 50), ("2.5 %", 1000, 25), ("1%", 10, 1), ("100%", 7, 7)],
)
def test_counts(text: str, total: int, count: int) -> None:
    assert count_items(text, total) == count


@pytest.mark.parametrize(
    "text", ["0", "-5", "2.5", "101%", "0%", "five", "", "5 % of", "1e3", "9" * 400]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(CryoalError, match="write 200 or 5%"):
        count_items(text, 100)
