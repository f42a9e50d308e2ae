"""How far rankings agree when only the noise changes."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cryoal.reports.style import CURVES, TEXT
from cryoal.studies.panels import panel_grid
from cryoal.studies.robustness.findings import Measurement
from cryoal.studies.robustness.level_panels import (
    ASIDE_PT,
    draw_intervals,
    legend,
    name_places,
    set_heights,
)
from cryoal.studies.robustness.stability import VIEWS

COLOURS = dict(zip(map(str, VIEWS), CURVES, strict=False))


def stability_plot(measured: Sequence[Measurement], title: str, y_name: str) -> Figure | None:
    """By ratio, a panel a scheme, a colour a number of views; None where nothing was measured."""
    schemes = list(dict.fromkeys(one.labels["scheme"] for one in measured))
    ratios = list(dict.fromkeys(one.labels["snr"] for one in measured))
    if not schemes:
        return None
    figure, frames = panel_grid(schemes, title, y_name, "signal-to-noise ratio")
    heights = [0.0]
    for axes, scheme in zip(frames, schemes, strict=True):
        axes.axhline(0, color=TEXT, linewidth=0.8)
        own = [one for one in measured if one.labels["scheme"] == scheme]
        heights += draw_scheme(axes, own, ratios)
    set_heights(frames[0], heights, (-1.0, 1.0))
    name_places(frames[0], ratios)
    handles = [Line2D([], [], color=c, marker="o", markersize=4) for c in COLOURS.values()]
    names = [f"{views} view{'s' * (views != '1')} of a candidate" for views in COLOURS]
    legend(figure, handles, names)
    return figure


def draw_scheme(axes: Axes, own: Sequence[Measurement], ratios: Sequence[str]) -> list[float]:
    heights = []
    for place, (views, colour) in enumerate(COLOURS.items()):
        found = {one.labels["snr"]: one for one in own if one.labels["views"] == views}
        unknown = Measurement({}, {})
        intervals = [found.get(ratio, unknown).interval for ratio in ratios]
        heights += draw_intervals(axes, intervals, colour, ASIDE_PT * (2 * place - 1))
    return heights
