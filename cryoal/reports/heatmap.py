"""A table of shares drawn as shades of blue, dark for 1."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from cryoal.reports.names import fit_all
from cryoal.reports.style import FAINT, TEXT, UNKNOWN, new_figure

LABEL_PT = 120.0
MARGIN_IN = LABEL_PT / 72 + 0.4
BAR_IN = 1.1
WHITE_ABOVE = 0.7


def draw_heatmap(
    values: npt.NDArray[np.float64],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    texts: Sequence[Sequence[str]] | None,
    cell_in: tuple[float, float],
    title: str,
    axis_names: tuple[str, str],
    bar_name: str,
    top: float = 1.0,
) -> Figure:
    """Heat map with a named row and column for each line of ``values``.

    Args:
        values: (rows, columns) between 0 and ``top``; NaN is drawn light grey.
        rows, columns: their names, of any length.
        texts: what is written in the cells, or None where they are too small or too many.
        cell_in: width and height of a cell, inches.
        title: heading.
        axis_names: what the rows and the columns are.
        bar_name: what the shades are.
        top: value of the darkest shade.
    """
    size_pt = min(8.5, cell_in[1] * 72 * 0.62)
    column_size_pt = min(8.5, cell_in[0] * 72 * 0.62)
    row_names = fit_all(rows, LABEL_PT, size_pt)
    column_names = fit_all(columns, LABEL_PT, column_size_pt)
    upright = max(map(len, column_names)) > 3
    width = max(4.5, len(columns) * cell_in[0] + MARGIN_IN + BAR_IN)
    height = len(rows) * cell_in[1] + (MARGIN_IN if upright else 0.5) + 0.7
    figure = new_figure(width, max(2.4, height))
    axes = figure.add_subplot()
    shades = matplotlib.colormaps["Blues"].with_extremes(bad=UNKNOWN)
    image = axes.imshow(values, cmap=shades, vmin=0, vmax=top, aspect="auto")
    axes.set_xticks(
        range(len(columns)),
        column_names,
        rotation=90 if upright else 0,
        fontsize=column_size_pt,
        parse_math=False,
    )
    axes.set_yticks(range(len(rows)), row_names, fontsize=size_pt, parse_math=False)
    axes.set_xticks(np.arange(len(columns) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(rows) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.2 if texts is not None else 0.5)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    axes.set_ylabel(axis_names[0])
    axes.set_xlabel(axis_names[1])
    figure.suptitle(title, x=0.01, ha="left", fontsize=10, fontweight="bold")
    for (row, column), value in np.ndenumerate(values):
        if texts is not None:
            colour = "white" if value > WHITE_ABOVE * top else TEXT
            axes.text(
                column,
                row,
                texts[row][column],
                ha="center",
                va="center",
                color=colour,
                fontsize=7.5,
            )
    bar = figure.colorbar(image, ax=axes, fraction=0.3 / width, aspect=25, pad=0.15 / width)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=2, color=FAINT, labelsize=7.5)
    bar.set_label(bar_name, fontsize=8)
    return figure
