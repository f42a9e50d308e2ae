"""Slices are the smoothed middle of the box."""

from __future__ import annotations

import numpy as np
import torch

from cryoal.reports.queried_items import central_slices, pool_fits
from cryoal.runs.journal import QueryRow


def test_central_slices_see_only_the_middle() -> None:
    boxes = torch.zeros(1, 1, 24, 24, 24)
    boxes[0, 0, 12, 5, 9] = 1.0
    boxes[0, 0, 2, 20, 20] = 100.0
    image = central_slices(boxes)[0]
    assert image.shape == (24, 24)
    assert np.unravel_index(image.argmax(), image.shape) == (5, 9)
    assert image[20, 20] == 0


def test_pool_fits_compares_names_at_places(make_run, make_pool) -> None:
    folder = make_run(2, cycles=2)
    pool, rows = make_pool(folder), folder.journal.query_rows()
    assert pool_fits(pool, rows)
    assert not pool_fits(pool, [QueryRow(0, 0, len(pool), "a", None, None, None, None)])
    assert not pool_fits(pool, [QueryRow(0, 0, 1, pool.ids[0], None, None, None, None)])
