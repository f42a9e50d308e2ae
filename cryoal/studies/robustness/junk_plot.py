"""How much of the queries is junk."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cryoal.reports.style import CURVES, TEXT
from cryoal.studies.panels import panel_grid
from cryoal.studies.robustness.findings import Findings, Measurement
from cryoal.studies.robustness.level_panels import (
    draw_intervals,
    legend,
    name_places,
    percent,
    set_heights,
)


def junk_plot(findings: Findings) -> Figure | None:
    """Share of junk by ratio, a panel a scheme, with that of the pool; None without any query."""
    schemes = list(dict.fromkeys(one.labels["scheme"] for one in findings.junk))
    ratios = list(dict.fromkeys(one.labels["snr"] for one in findings.junk))
    if not schemes:
        return None
    figure, frames = panel_grid(
        schemes, "Junk in the queries", "share of the query", "signal-to-noise ratio"
    )
    heights = [0.0, findings.junk_share]
    for axes, scheme in zip(frames, schemes, strict=True):
        axes.axhline(findings.junk_share, color=TEXT, linewidth=1, dashes=(4, 3))
        found = {o.labels["snr"]: o for o in findings.junk if o.labels["scheme"] == scheme}
        unknown = Measurement({}, {})
        intervals = [found.get(ratio, unknown).interval for ratio in ratios]
        heights += draw_intervals(axes, intervals, CURVES[0], 0.0)
    set_heights(frames[0], heights, (0.0, 1.0))
    frames[0].yaxis.set_major_formatter(percent)
    name_places(frames[0], ratios)
    handles = [
        Line2D([], [], color=CURVES[0], marker="o", markersize=4),
        Line2D([], [], color=TEXT, dashes=(4, 3), linewidth=1),
    ]
    legend(figure, handles, ["queries of the scheme", "the pool"])
    return figure
