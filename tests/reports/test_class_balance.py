"""What is compared, and when the reader is warned."""

from __future__ import annotations

import numpy as np

from cryoal.reports.class_balance import balance_groups, balance_warnings
from cryoal.reports.record import read_record


def test_groups_count_every_item_once(make_run, make_pool) -> None:
    folder = make_run(3, cycles=3)
    groups = dict(balance_groups(read_record(folder, make_pool(folder))))
    assert list(groups) == [
        "training\nitems",
        "all\nlabels",
        "random\nstart",
        "query\n1",
        "query\n2",
    ]
    assert np.bincount(groups["training\nitems"]).tolist() == [30, 30, 30]
    parts = sum(np.bincount(groups[name], minlength=3) for name in list(groups)[2:])
    assert np.bincount(groups["all\nlabels"], minlength=3).tolist() == parts.tolist()


def test_training_items_are_left_out_where_unknown(make_run, make_pool) -> None:
    folder = make_run(3, cycles=3)
    pool = make_pool(folder)
    pool.labels = np.where(np.arange(len(pool)) == 0, -1, pool.labels)
    assert balance_groups(read_record(folder, pool))[0][0] == "all\nlabels"


def test_warns_of_each_lopsided_query(make_run) -> None:
    warnings = balance_warnings(read_record(make_run(6, cycles=3, lopsided=True), None))
    assert [text[:8] for text in warnings] == ["Query 1:", "Query 2:"]
