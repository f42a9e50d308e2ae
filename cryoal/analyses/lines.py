"""Values by the number of labels, in small panels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cryoal.analyses.measurement import Measurement
from cryoal.reports.style import CURVES
from cryoal.studies.curves import Curves
from cryoal.studies.panels import draw_curve, finish, panel_grid

BESIDE = "#6b6b6b"
"""What something is compared with."""


@dataclass(frozen=True)
class Line:
    """One of the lines that each panel has.

    Attributes:
        name: for the legend.
        value: of a measurement; None where it belongs to another line.
        colour: of the line.
    """

    name: str
    value: Callable[[Measurement], float | None]
    colour: str


def lines(*named: tuple[str, Callable[[Measurement], float | None]]) -> list[Line]:
    """Lines in the colours of all figures, in their order."""
    return [Line(name, value, colour) for (name, value), colour in zip(named, CURVES, strict=False)]


def line_panels(
    measurements: Sequence[Measurement],
    panel: Callable[[Measurement], str],
    drawn: Sequence[Line],
    title: str,
    y_name: str,
    within: tuple[float, float] | None = None,
    *,
    wide_range: bool = False,
) -> Figure:
    """Means over seeds with their 95 % bands, as curves of a study are drawn.

    Args:
        measurements: with a key ``labelled``, at least one.
        panel: name of the panel that a measurement belongs to.
        drawn: the lines of each panel.
        within: what the values cannot leave.
        wide_range: whether values of both signs differ by orders of magnitude.
    """
    names = list(dict.fromkeys(panel(one) for one in measurements))
    figure, frames = panel_grid(names, title, y_name)
    heights: list[float] = []
    for line in drawn:
        curves = curves_by(measurements, names, panel, line)
        for axes, name in zip(frames, names, strict=True):
            if not np.isnan(curves.of(name)).all():
                heights += draw_curve(axes, curves, name, line.colour, line.name)
    finish(figure, frames, curves, heights, within)
    if wide_range:
        spread_out(frames[0], heights)
    return figure


def curves_by(
    measurements: Sequence[Measurement],
    names: Sequence[str],
    panel: Callable[[Measurement], str],
    line: Line,
) -> Curves:
    """A line as curves of a study, with a panel in place of a scheme."""
    seeds = tuple(sorted({one.seed for one in measurements}))
    labelled = sorted({int(one.keys["labelled"]) for one in measurements})
    values = np.full((len(names), len(seeds), len(labelled)), np.nan)
    for one in measurements:
        value = line.value(one)
        if value is not None:
            at = labelled.index(int(one.keys["labelled"]))
            values[names.index(panel(one)), seeds.index(one.seed), at] = value
    nothing = np.full(len(seeds), np.nan)
    return Curves(line.name, tuple(names), seeds, np.array(labelled), values, nothing)


def spread_out(axes: Axes, heights: Sequence[float]) -> None:
    """A logarithmic axis with a straight part about zero, from the smallest height on."""
    sizes = [abs(height) for height in heights if height != 0]
    axes.set_yscale("symlog", linthresh=10 ** np.floor(np.log10(min(sizes, default=1.0))))
    axes.set_ylim(3 * min(0.0, *heights), 3 * max(0.0, *heights) or 1.0)
