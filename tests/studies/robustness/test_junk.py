"""Junk counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from small_pools import bars
from study_results import cell

from cryoal.studies.robustness.junk import junk_classes, query_shares, share_of_pool
from cryoal.studies.robustness.section import JUNK

CLASSES = ["Gold_bead", "apoferritin", "goldfish?", "junk", "ribosome", "with gold"]


def test_names_begin_with_a_word_in_any_case() -> None:
    assert junk_classes(CLASSES, JUNK) == [0, 2, 3]
    assert junk_classes(CLASSES, ["RIBO"]) == [4]
    assert junk_classes(CLASSES, []) == []


def test_shares_of_all_queries_of_a_seed() -> None:
    rows = [
        cell("margin", 0, 20, 0.5, query_counts=(3, 1, 0)),
        cell("margin", 0, 24, 0.5, query_counts=(0, 4, 2)),
        cell("margin", 0, 30, 0.5, query_counts=None),
        cell("margin", 1, 20, 0.5, query_counts=(0, 4, 0)),
        cell("badge", 0, 20, 0.5, query_counts=(9, 9, 9)),
    ]
    shares = query_shares(rows, "margin", [0, 1, 2], [0, 2])
    np.testing.assert_allclose(shares, [5 / 10, 0.0, np.nan])


def test_share_of_the_pool_leaves_unknown_labels_out() -> None:
    pool = bars(9)
    pool.labels[:] = [0, 0, 0, 0, 1, 1, 2, -1, -1]
    assert share_of_pool(pool, [1, 2]) == pytest.approx(3 / 7)  # type: ignore[arg-type]
