"""Time and memory of the schemes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from cryoal.reports.style import CURVES, WIDTH_IN, new_figure
from cryoal.studies.costs import Cost
from cryoal.studies.dot_rows import ROW_IN, name_rows
from cryoal.studies.results import PHASES
from cryoal.studies.statistics import StudyStatistics

COLOURS = dict(zip(PHASES, CURVES, strict=False))
APART = 0.17
Costs = Mapping[tuple[str, str], Cost]


def cost_plot(study: StudyStatistics) -> Figure | None:
    """Mean seconds of a cycle as stacked bars, memory as dots; None where none was taken.

    Peaks are not stacked: phases follow each other, and their sum is never in use.
    """
    costs = {(cost.scheme, cost.phase): cost for cost in study.costs}
    order = [s.scheme for s in study.standings if any((s.scheme, p) in costs for p in PHASES)]
    if not order:
        return None
    has_memory = any(costs[key].memory_mb is not None for key in costs if key[0] in order)
    figure = new_figure(WIDTH_IN, 1.4 + ROW_IN * len(order))
    if has_memory:
        frames = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
        draw_memory(frames[1], costs, order)
        draw_seconds(frames[0], costs, order)
    else:
        draw_seconds(figure.add_subplot(), costs, order)
    handles = [Patch(color=COLOURS[phase]) for phase in PHASES]
    figure.legend(handles, PHASES, loc="outside lower center", ncols=len(PHASES), fontsize=8.5)
    return figure


def draw_seconds(axes: Axes, costs: Costs, order: Sequence[str]) -> None:
    places = np.arange(len(order))
    ends = np.zeros(len(order))
    for phase in PHASES:
        seconds = np.array([seconds_of(costs.get((scheme, phase))) for scheme in order])
        axes.barh(
            places, seconds, left=ends, height=0.7, color=COLOURS[phase], edgecolor="white", lw=0.4
        )
        ends += seconds
    name_rows(axes, order)
    for place, total in zip(places, ends, strict=True):
        axes.annotate(
            f"{total:,.0f}" if total >= 100 else f"{total:.1f}",
            (total, place),
            (3, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
        )
    axes.set_xlim(0, 1.12 * ends.max() or 1)
    axes.set_xlabel("seconds")
    axes.set_title("Mean time of a cycle")


def draw_memory(axes: Axes, costs: Costs, order: Sequence[str]) -> None:
    name_rows(axes, order)
    for row, phase in enumerate(PHASES):
        known = [
            (memory, at)
            for at, scheme in enumerate(order)
            if (memory := memory_of(costs.get((scheme, phase)))) is not None
        ]
        # A little apart, so that none hides another.
        apart = (row - (len(PHASES) - 1) / 2) * APART
        axes.scatter(
            [memory for memory, _ in known],
            [at + apart for _, at in known],
            s=22,
            color=COLOURS[phase],
            linewidth=0,
        )
    axes.set_xlim(left=0)
    axes.set_xlabel("MB")
    axes.set_title("Most memory taken")


def seconds_of(cost: Cost | None) -> float:
    return 0.0 if cost is None or cost.seconds is None else cost.seconds


def memory_of(cost: Cost | None) -> float | None:
    return None if cost is None or cost.memory_mb is None else cost.memory_mb
