"""The interval solves Wilson's equation and behaves at the ends."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.runs.wilson import Z95, wilson_interval


@given(st.integers(1, 5000), st.floats(0, 1))
@settings(deadline=None, max_examples=60)
def test_ends_are_where_the_normal_test_just_rejects(count: int, part: float) -> None:
    share = round(part * count) / count
    for end in wilson_interval(share, count):
        # Wilson's defining equation: (share - p)^2 = z^2 p (1 - p) / n.
        assert (share - end) ** 2 == pytest.approx(Z95**2 * end * (1 - end) / count, abs=1e-9)


def test_published_example() -> None:
    # Newcombe, Statistics in Medicine 17 (1998) 857, Table I: 81 of 263 and 0 of 20.
    assert wilson_interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(0.0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
