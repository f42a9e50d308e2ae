"""The items that were asked for, as a person would see them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from cryoal.pools import Pool
from cryoal.reports.names import fit
from cryoal.reports.style import new_figure
from cryoal.runs.journal import QueryRow

MOST_SHOWN = 12
COLUMNS = 6
TILE_IN = 1.42
PERCENTILES = (1.0, 99.0)
NAME_PT = 93.0


def pool_fits(pool: Pool, rows: Sequence[QueryRow]) -> bool:
    """Whether the queried items are where, and named as, they were when the run began."""
    return all(row.item < len(pool) and pool.ids[row.item] == row.id for row in rows)


def queried_items(pool: Pool, rows: Sequence[QueryRow], title: str) -> Figure:
    """The first twelve items of a query: central slices of volumes, images as they are.

    Args:
        pool: the pool of the run.
        rows: the query, best first, at least one item.
        title: heading.

    Raises:
        CryoalError: an item cannot be read.
    """
    rows = rows[:MOST_SHOWN]
    pictures = pool.pictures(pool.read([row.item for row in rows]))
    lines = math.ceil(len(rows) / COLUMNS)
    figure = new_figure(COLUMNS * TILE_IN, lines * (TILE_IN + 0.5) + 0.4)
    figure.suptitle(title, x=0.01, ha="left", fontsize=10, fontweight="bold")
    grid = figure.subplots(lines, COLUMNS, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, row, image in zip(grid.flat, rows, pictures, strict=False):
        low, high = np.percentile(image, PERCENTILES)  # colours are shown as they are
        axes.imshow(image, cmap="gray", vmin=low, vmax=high, interpolation="bicubic")
        score = "no score" if row.score is None else f"score {row.score:.4g}"
        caption = [
            fit(f"{row.rank + 1}: {score}", NAME_PT, 7.0),
            fit(row.label or "(no class yet)", NAME_PT, 7.0),
            fit(row.id, NAME_PT, 7.0),
        ]
        axes.set_title("\n".join(caption), fontsize=7, fontweight="normal", parse_math=False, pad=3)
    return figure
