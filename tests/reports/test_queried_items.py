"""The items shown are those of the run."""

from __future__ import annotations

from cryoal.reports.queried_items import pool_fits
from cryoal.runs.journal import QueryRow


def test_pool_fits_compares_names_at_places(make_run, make_pool) -> None:
    folder = make_run(2, cycles=2)
    pool, rows = make_pool(folder), folder.journal.query_rows()
    assert pool_fits(pool, rows)
    assert not pool_fits(pool, [QueryRow(0, 0, len(pool), "a", None, None, None, None)])
    assert not pool_fits(pool, [QueryRow(0, 0, 1, pool.ids[0], None, None, None, None)])
