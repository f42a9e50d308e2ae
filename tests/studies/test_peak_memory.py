"""The peak of one piece of work."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from cryoal.studies.peak_memory import forget_peak, peak_memory_mb

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak")


def fill(megabytes: int) -> None:
    """Hold so much for a moment, in pieces that malloc keeps after they are freed."""
    pieces = [np.ones(100_000 // 8) for _ in range(10 * megabytes)]
    del pieces


def test_a_peak_is_noticed_after_it_is_over() -> None:
    forget_peak()
    before = peak_memory_mb()
    fill(200)
    after = peak_memory_mb()
    assert before is not None
    assert after is not None
    assert 150 < after - before < 300


def test_what_was_held_before_is_forgotten() -> None:
    forget_peak()
    before = peak_memory_mb()
    fill(200)
    forget_peak()
    after = peak_memory_mb()
    assert before is not None
    assert after is not None
    assert after < before + 50
