"""Pace."""

from __future__ import annotations

import pytest

from cryoal.labelling.progress import RECENT, pace_per_hour


def test_pace_is_that_of_the_last_answers_without_breaks() -> None:
    assert pace_per_hour([]) is None
    assert pace_per_hour([3600.0]) is None
    assert pace_per_hour([2.0, 4.0]) == pytest.approx(1200)
    assert pace_per_hour([2.0, 1800.0, 4.0]) == pytest.approx(1200)
    assert pace_per_hour([100.0] * 5 + [1.0] * RECENT) == pytest.approx(3600)
