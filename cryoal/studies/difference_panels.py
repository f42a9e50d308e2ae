"""Each scheme minus random, seed by seed."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cryoal.reports.style import CURVES, FAINT, TEXT, WIDTH_IN
from cryoal.studies.against_random import RandomCheck
from cryoal.studies.panels import finite, panel_grid, set_label_axis
from cryoal.studies.statistics import StudyStatistics
from cryoal.studies.wording import metric_name

BETTER, WORSE, SAME = CURVES[0], CURVES[1], FAINT


def difference_panels(study: StudyStatistics) -> Figure | None:
    """Mean paired difference with its 95 % band; None without random beside another scheme.

    Points are blue or orange where the difference is significant at that budget, uncorrected.
    """
    checks = {
        check.scheme: check
        for check in study.checks
        if any(test.difference.count for test in check.tests)
    }
    order = [row.scheme for row in study.standings if row.scheme in checks]
    if not order:
        return None
    name = metric_name(study.metric)
    figure, frames = panel_grid(order, f"Difference to random: {name}", f"{name} minus random's")
    heights = [0.0]
    for axes, scheme in zip(frames, order, strict=True):
        axes.axhline(0, color=TEXT, linewidth=0.8)
        heights += draw_check(axes, checks[scheme])
    room = 0.08 * (max(heights) - min(heights)) or 0.05
    frames[0].set_ylim(min(heights) - room, max(heights) + room)
    set_label_axis(frames[0], study.curves)
    legend(figure)
    return figure


def draw_check(axes: Axes, check: RandomCheck) -> list[float]:
    intervals = [test.difference for test in check.tests]
    mean, low, high = np.array([(at.mean, at.low, at.high) for at in intervals]).T
    if len(mean) > 1:
        axes.fill_between(check.labelled, low, high, color=SAME, alpha=0.2, linewidth=0)
    else:
        axes.vlines(check.labelled, low, high, color=SAME, linewidth=1.5)
    axes.plot(check.labelled, mean, color=SAME, linewidth=1.2)
    colours = [
        BETTER if test.is_better else WORSE if test.is_worse else SAME for test in check.tests
    ]
    axes.scatter(check.labelled, mean, c=colours, s=16, zorder=3)
    return finite([*mean, *low, *high])


def legend(figure: Figure) -> None:
    handles = [
        Line2D([], [], color=colour, marker="o", markersize=4, linewidth=0)
        for colour in (BETTER, SAME, WORSE)
    ]
    figure.legend(
        handles,
        ["above random, p < 0.05", "not distinguishable or not tested", "below random, p < 0.05"],
        loc="outside lower center",
        ncols=3 if figure.get_figwidth() >= WIDTH_IN - 1 else 1,
        fontsize=8.5,
    )
