"""Small panels, one a scheme, with the conditions of a sweep side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from cryoal.reports.style import CURVES, FAINT, TEXT, WIDTH_IN
from cryoal.studies.interval import Interval
from cryoal.studies.panels import draw_curve, panel_grid, set_label_axis
from cryoal.studies.results import RANDOM
from cryoal.studies.robustness.sweep import AT_CHANCE, Gain, Sweep
from cryoal.studies.saving import Bound, Saving
from cryoal.studies.saving_plot import HIGHEST, LOWEST

OWN, BASELINE, CEILING = CURVES[0], "#6b6b6b", TEXT
BETTER, WORSE, SAME = CURVES[0], CURVES[1], FAINT
DARK, LIGHT = 0.0, 0.85
ASIDE_PT = 3.5
"""How far two marks of one level stand from its tick: the same in wide and in narrow panels."""
MARKERS = {Bound.EXACT: "o", Bound.AT_LEAST: "^", Bound.AT_MOST: "v"}


def shades(count: int) -> list[str]:
    """Colours from dark to light, in an order that is seen."""
    scale = matplotlib.colormaps["viridis"]
    return [to_hex(scale(at)) for at in np.linspace(DARK, LIGHT, count)]


def curve_panels_by_level(sweep: Sweep) -> Figure | None:
    """Learning curves: a panel a scheme, a colour a condition; None without any."""
    if not sweep.schemes:
        return None
    figure, frames = panel_grid(sweep.schemes, "Learning curves", "test accuracy")
    heights: list[float] = []
    for axes, scheme in zip(frames, sweep.schemes, strict=True):
        for level, colour in zip(sweep.levels, shades(len(sweep.levels)), strict=True):
            curves = level.study.curves
            if scheme in curves.schemes and not np.isnan(curves.of(scheme)).all():
                heights += draw_curve(axes, curves, scheme, colour, level.name)
    set_heights(frames[0], heights, (0.0, 1.0))
    longest = max((level.study.curves for level in sweep.levels), key=lambda c: len(c.labelled))
    set_label_axis(frames[0], longest)
    handles = [
        Line2D([], [], color=colour, marker="o", markersize=3)
        for colour in shades(len(sweep.levels))
    ]
    legend(figure, handles, [level.name for level in sweep.levels])
    return figure


def area_panels(sweep: Sweep) -> Figure | None:
    """Area under the budget curve by condition, each scheme beside random; None without any."""
    own = [scheme for scheme in sweep.schemes if scheme != RANDOM] or list(sweep.schemes)
    if not own:
        return None
    title = "Mean accuracy over the budgets"
    figure, frames = panel_grid(own, title, "area under the curve", sweep.axis)
    heights: list[float] = []
    random = [level.area(RANDOM) for level in sweep.levels]
    for axes, scheme in zip(frames, own, strict=True):
        if scheme != RANDOM:
            heights += draw_intervals(axes, random, BASELINE, ASIDE_PT)
        areas = [level.area(scheme) for level in sweep.levels]
        heights += draw_intervals(axes, areas, OWN, -ASIDE_PT)
        heights += draw_ceiling(axes, sweep)
    set_heights(frames[0], heights, (0.0, 1.0))
    name_levels(frames[0], sweep)
    marks = {"the scheme": OWN, "random": BASELINE}
    handles = [Line2D([], [], color=c, marker="o", markersize=4) for c in marks.values()]
    handles.append(Line2D([], [], color=CEILING, dashes=(4, 3), linewidth=1))
    legend(figure, handles, [*marks, "all labels"])
    return figure


def draw_ceiling(axes: Axes, sweep: Sweep) -> list[float]:
    means = [sweep.ceiling(at).mean for at in range(len(sweep.levels))]
    axes.plot(range(len(means)), means, color=CEILING, linewidth=1, dashes=(4, 3))
    return [mean for mean in means if not math.isnan(mean)]


def gain_panels(sweep: Sweep) -> Figure | None:
    """Area minus random's, seed by seed, by condition; None without random beside another."""
    gains = [g for g in sweep.gains if any(test.difference.count for test in g.tests)]
    if not gains:
        return None
    title = "Difference to random"
    figure, frames = panel_grid([g.scheme for g in gains], title, "area − random's", sweep.axis)
    heights = [0.0]
    for axes, gain in zip(frames, gains, strict=True):
        axes.axhline(0, color=TEXT, linewidth=0.8)
        intervals = [test.difference for test in gain.tests]
        heights += draw_intervals(axes, intervals, SAME, 0.0)
        colours = [colour_of(gain, at) for at in range(len(intervals))]
        means = [interval.mean for interval in intervals]
        axes.scatter(range(len(means)), means, c=colours, s=22, zorder=3)
    set_heights(frames[0], heights)
    name_levels(frames[0], sweep)
    handles = [
        Line2D([], [], color=colour, marker="o", markersize=4, linewidth=0)
        for colour in (BETTER, SAME, WORSE)
    ]
    names = ["above random (Holm)", "not distinguishable or not tested", "below random (Holm)"]
    legend(figure, handles, names)
    return figure


def colour_of(gain: Gain, at: int) -> str:
    if not gain.is_sure(at):
        return SAME
    return BETTER if gain.tests[at].difference.mean > 0 else WORSE


def saving_panels(sweep: Sweep) -> Figure | None:
    """Labels saved over random by condition; None where no saving is known."""
    known = {
        gain.scheme: [
            level.main_saving(gain.scheme) if level.is_learned else None for level in sweep.levels
        ]
        for gain in sweep.gains
    }
    own = {scheme: row for scheme, row in known.items() if any(s and s.is_known for s in row)}
    if not own:
        return None
    title = "Labels saved over random"
    figure, frames = panel_grid([*own], title, "saving", sweep.axis)
    heights = [-0.05, 0.05]
    for axes, row in zip(frames, own.values(), strict=True):
        axes.axhline(0, color=TEXT, linewidth=0.8)
        for at, saved in enumerate(row):
            if saved is not None and saved.is_known:
                heights += draw_saving(axes, saved, at)
            elif not sweep.levels[at].is_learned:
                name_missing(axes, AT_CHANCE, at)
    set_heights(frames[0], heights)
    frames[0].yaxis.set_major_formatter(percent)
    name_levels(frames[0], sweep)
    bounds = {saved.bound for row in own.values() for saved in row if saved and saved.is_known}
    names = {
        Bound.EXACT: "measured, with 95 % interval",
        Bound.AT_LEAST: "at least: random falls short in some seed",
        Bound.AT_MOST: "at most: the scheme falls short in some seed",
    }
    used = [bound for bound in names if bound in bounds]
    handles = [Line2D([], [], color=OWN, marker=MARKERS[b], linewidth=0) for b in used]
    legend(figure, handles, [names[bound] for bound in used])
    return figure


def draw_saving(axes: Axes, saved: Saving, at: int) -> list[float]:
    """Limits of three seeds can be many hundred per cent: they are cut."""
    ends = [float(np.clip(saved.saving, LOWEST, HIGHEST))]
    if not math.isnan(saved.low):
        ends += [max(saved.low, LOWEST), saved.high]
        axes.vlines(at, ends[1], ends[2], color=OWN, linewidth=1.5)
    axes.plot(at, ends[0], MARKERS[saved.bound], color=OWN, markersize=5)
    return ends


def name_missing(axes: Axes, text: str, at: int) -> None:
    """Say on the line at 0 why a level has no mark."""
    axes.annotate(
        text,
        (at, 0),
        ha="center",
        va="center",
        fontsize=7.5,
        color=FAINT,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )


def draw_intervals(
    axes: Axes, intervals: Sequence[Interval], colour: str, aside_pt: float
) -> list[float]:
    """Means joined by a line, each with its limits; gives the heights that must be seen."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    place = axes.transData + ScaledTranslation(aside_pt / 72, 0, figure.dpi_scale_trans)
    means = [interval.mean for interval in intervals]
    style: dict[str, Any] = {"color": colour, "transform": place}
    axes.plot(range(len(means)), means, linewidth=1.2, marker="o", markersize=3.5, **style)
    heights = means
    for at, interval in enumerate(intervals):
        if interval.is_known:
            axes.vlines(at, interval.low, interval.high, linewidth=1.4, **style)
            heights = [*heights, interval.low, interval.high]
    return [height for height in heights if not math.isnan(height)]


def name_levels(axes: Axes, sweep: Sweep) -> None:
    """Levels at equal steps, from the least noise at the left."""
    name_places(axes, [level.tick for level in sweep.levels])


def name_places(axes: Axes, ticks: Sequence[str]) -> None:
    axes.set_xticks(range(len(ticks)), ticks)
    axes.set_xlim(-0.5, len(ticks) - 0.5)


def set_heights(
    axes: Axes, heights: Sequence[float], within: tuple[float, float] | None = None
) -> None:
    """An axis that holds ``heights`` with some room, and does not leave what can be."""
    low, high = min(heights, default=0.0), max(heights, default=1.0)
    room = 0.07 * (high - low) or 0.05
    low, high = low - room, high + room
    if within is not None:
        low, high = max(low, within[0] - 0.02), min(high, within[1] + 0.02)
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=(1, 2, 5, 10)))


def percent(share: float, _place: float) -> str:
    """A share on an axis, with the decimals that it needs."""
    return f"{round(100 * share, 4) + 0.0:g}%".replace("-", "−")


def legend(figure: Figure, handles: Sequence[Line2D], names: Sequence[str]) -> None:
    columns = len(names) if figure.get_figwidth() >= WIDTH_IN - 1 else 1
    figure.legend(handles, names, loc="outside lower center", ncols=min(columns, 6), fontsize=8.5)
