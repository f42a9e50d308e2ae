"""Labels saved over random."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from cryoal.reports.style import CURVES, FAINT, TEXT, WIDTH_IN, new_figure
from cryoal.studies.dot_rows import ROW_IN, name_rows
from cryoal.studies.saving import Bound, Saving
from cryoal.studies.statistics import StudyStatistics
from cryoal.studies.wording import metric_name

MOST_COLUMNS = 3
# Three seeds can give limits of many hundred per cent: they are cut here.
LOWEST, HIGHEST = -1.0, 1.0
MARKERS = {Bound.EXACT: "o", Bound.AT_LEAST: ">", Bound.AT_MOST: "<"}


def saving_plot(study: StudyStatistics) -> Figure | None:
    """One panel a target that was reached, one row a scheme; None where none was."""
    targets = list(
        dict.fromkeys(own.target for own in study.savings if own.bound is not Bound.UNKNOWN)
    )
    shown = [own for own in study.savings if own.target in targets and own.count]
    if not shown:
        return None
    present = {own.scheme for own in shown}
    order = [row.scheme for row in study.standings if row.scheme in present]
    columns = min(MOST_COLUMNS, len(targets))
    rows = math.ceil(len(targets) / columns)
    figure = new_figure(WIDTH_IN, 0.7 + rows * (0.8 + ROW_IN * len(order)))
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    frames: list[Axes] = list(grid.flat)
    for axes in frames[len(targets) :]:
        axes.remove()
    for axes, target in zip(frames, targets, strict=False):
        name_rows(axes, order)
        axes.axvline(0, color=TEXT, linewidth=0.8)
        axes.set_title(target.name(metric_name(study.metric)), fontsize=9)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=(1, 2, 5, 10)))
        axes.tick_params(axis="x", labelsize=8, labelbottom=True)
        draw_target(axes, {own.scheme: own for own in shown if own.target == target}, order)
    frames[0].set_xlim(*x_limits(shown))
    figure.suptitle("Labels saved over random", x=0.01, ha="left", fontsize=10, fontweight="bold")
    legend(figure, {own.bound for own in shown})
    return figure


def draw_target(axes: Axes, savings: dict[str, Saving], order: Sequence[str]) -> None:
    for at, scheme in enumerate(order):
        own = savings.get(scheme)
        if own is None or own.bound is Bound.UNKNOWN:
            text = str(Bound.UNKNOWN) if own is not None else "missing"
            axes.annotate(
                text,
                (0, at),
                (4, 0),
                textcoords="offset points",
                va="center",
                fontsize=7.5,
                color=FAINT,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )
            continue
        place = float(np.clip(own.saving, LOWEST, HIGHEST))
        if not math.isnan(own.low):
            axes.hlines(at, max(own.low, LOWEST), own.high, color=CURVES[0], linewidth=1.5)
        axes.plot(place, at, MARKERS[own.bound], color=CURVES[0], markersize=5.5)


def x_limits(shown: Sequence[Saving]) -> tuple[float, float]:
    ends = [value for own in shown for value in (own.saving, own.low, own.high)]
    known = [float(np.clip(value, LOWEST, HIGHEST)) for value in ends if not math.isnan(value)]
    low, high = min([*known, -0.05]), max([*known, 0.05])
    room = 0.05 * (high - low)
    return low - room, high + room


def legend(figure: Figure, bounds: set[Bound]) -> None:
    names = {
        Bound.EXACT: "measured, with 95 % interval",
        Bound.AT_LEAST: "at least: random falls short in some seed",
        Bound.AT_MOST: "at most: the scheme falls short in some seed",
    }
    used = [bound for bound in names if bound in bounds]
    handles = [Line2D([], [], color=CURVES[0], marker=MARKERS[b], linewidth=0) for b in used]
    if used:
        figure.legend(
            handles,
            [names[bound] for bound in used],
            loc="outside lower center",
            ncols=len(used),
            fontsize=8,
        )
