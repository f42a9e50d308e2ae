"""Rows of dots with intervals, a scheme a row."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from cryoal.reports.names import fit_all
from cryoal.reports.style import FAINT, GRID

NAME_PT = 120.0
ROW_IN = 0.27


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Rows from the top with the names at the left and light lines between them."""
    short = fit_all(names, NAME_PT, 9.0)
    axes.set_yticks(range(len(names)), short, parse_math=False)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", length=3, color=FAINT)
