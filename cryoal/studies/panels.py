"""Learning curves as small multiples: one panel a scheme, random in each."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cryoal.reports.names import fit_all
from cryoal.reports.style import CURVES, TEXT, WIDTH_IN, new_figure, open_frame
from cryoal.studies.curves import Array, Curves
from cryoal.studies.interval import curve_intervals
from cryoal.studies.results import RANDOM

MOST_COLUMNS = 4
MOST_TICKS = 5
OWN, BASELINE = CURVES[0], "#6b6b6b"


def panel_grid(
    names: Sequence[str], title: str, y_name: str, x_name: str = "labelled items"
) -> tuple[Figure, list[Axes]]:
    """A figure with one small frame for each name, all on the same axes."""
    # Five panels stand better as three and two than as four and one.
    rows = math.ceil(len(names) / MOST_COLUMNS)
    columns = math.ceil(len(names) / rows)
    width = min(WIDTH_IN, 1.2 + 3.2 * columns)
    height = 1.25 + rows * (2.5 if columns < 3 else 1.75)
    figure = new_figure(width, height)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    frames: list[Axes] = list(grid.flat)
    for axes in frames[len(names) :]:
        axes.remove()
    room = (width - 0.9) * 72 / columns - 12
    for at, (axes, name) in enumerate(zip(frames, fit_all(names, room, 9.0), strict=False)):
        axes.set_title(name, fontsize=9, parse_math=False)
        axes.tick_params(labelsize=8)
        # The last row may be short: the panel above a gap needs its own numbers.
        axes.tick_params(labelbottom=at + columns >= len(names))
        open_frame(axes)
        if at + columns >= len(names):
            axes.set_xlabel(x_name, fontsize=8.5)
    figure.suptitle(title, x=0.01, ha="left", fontsize=10, fontweight="bold")
    figure.supylabel(y_name, fontsize=9)
    return figure, frames[: len(names)]


def curve_panels(
    curves: Curves,
    order: Sequence[str],
    title: str,
    y_name: str,
    unit_range: tuple[float, float] | None = (0.0, 1.0),
) -> Figure | None:
    """Mean curves with their 95 % bands over seeds, each beside random's; None without values.

    With fewer than three seeds there is no band; the seeds are drawn instead.

    Args:
        curves: what to draw.
        order: schemes, first one first; random gets no panel of its own unless it is alone.
        title, y_name: what is drawn.
        unit_range: what the measure cannot leave, so that no axis does.
    """
    known = [name for name in order if not np.isnan(curves.of(name)).all()]
    if not known:
        return None
    own = [name for name in known if name != RANDOM] or known
    figure, frames = panel_grid(own, title, y_name)
    heights: list[float] = []
    for axes, name in zip(frames, own, strict=True):
        if RANDOM in known and name != RANDOM:
            heights += draw_curve(axes, curves, RANDOM, BASELINE, "random")
        heights += draw_curve(axes, curves, name, OWN, "the scheme")
        if not np.isnan(curves.ceiling).all():
            mean = float(np.nanmean(curves.ceiling))
            heights.append(mean)
            axes.axhline(mean, color=TEXT, linewidth=1, dashes=(4, 3), label="all labels")
    finish(figure, frames, curves, heights, unit_range)
    return figure


def draw_curve(axes: Axes, curves: Curves, scheme: str, colour: str, label: str) -> list[float]:
    """Draw one scheme and return the heights that its panel must show."""
    values = curves.of(scheme)
    band = curve_intervals(values)
    mean, low, high = np.array([(at.mean, at.low, at.high) for at in band]).T
    x = curves.labelled
    if np.isnan(low).all():
        drawn = values if len(values) > 1 else values[:0]
        axes.plot(x, drawn.T, color=colour, linewidth=0.6, alpha=0.6, marker=".", markersize=2)
        low, high = values.min(axis=0), values.max(axis=0)
    elif len(x) == 1:
        axes.vlines(x, low, high, color=colour, linewidth=1.5, alpha=0.6)
    else:
        axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
    axes.plot(x, mean, color=colour, linewidth=1.6, marker="o", markersize=2.8, label=label)
    return finite([*mean, *low, *high])


def finite(values: Sequence[float] | Array) -> list[float]:
    return [float(value) for value in values if math.isfinite(value)]


def finish(
    figure: Figure,
    frames: Sequence[Axes],
    curves: Curves,
    heights: Sequence[float],
    unit_range: tuple[float, float] | None,
) -> None:
    """Axes that hold what is drawn, and one legend for all panels."""
    low, high = min(heights), max(heights)
    room = 0.06 * (high - low) or 0.05
    low, high = low - room, high + room
    if unit_range is not None:
        low, high = max(low, unit_range[0] - 0.02), min(high, unit_range[1] + 0.02)
    frames[0].set_ylim(low, high)
    set_label_axis(frames[0], curves)
    handles, labels = frames[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=8.5)


def set_label_axis(axes: Axes, curves: Curves) -> None:
    """Ticks at budgets, as many as find room."""
    first, last = int(curves.labelled[0]), int(curves.labelled[-1])
    if first == last:
        axes.set_xlim(0, 2 * first)
    ticks = [first]
    for labels in curves.labelled.tolist():
        if labels - ticks[-1] >= (last - first) / MOST_TICKS and labels > first:
            ticks.append(labels)
    axes.set_xticks(ticks)
