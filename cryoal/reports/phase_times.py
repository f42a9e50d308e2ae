"""Where the time of a run went."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cryoal.reports.record import RunRecord
from cryoal.reports.style import CURVES, WIDTH_IN, new_figure, open_frame
from cryoal.runs.tables import PHASES

MOST_WRITTEN = 20


def phase_times(record: RunRecord) -> Figure | None:
    """Stacked bars of seconds by phase, one bar a cycle; None before the first phase is done."""
    if not record.seconds:
        return None
    cycles = np.arange(max(cycle for cycle, _ in record.seconds) + 1)
    figure = new_figure(max(WIDTH_IN, 0.3 * len(cycles) + 2), 3.6)
    axes = figure.add_subplot()
    below = np.zeros(len(cycles))
    phases = PHASES if (0, "pretrain") not in record.seconds else (*PHASES, "pretrain")
    for phase, colour in zip(phases, CURVES, strict=False):
        seconds = np.array([record.seconds.get((int(cycle), phase), 0.0) for cycle in cycles])
        axes.bar(
            cycles,
            seconds,
            bottom=below,
            width=0.75,
            color=colour,
            label=phase,
            edgecolor="white",
            lw=0.5,
        )
        below += seconds
    if len(cycles) <= MOST_WRITTEN:
        for cycle, total in zip(cycles, below, strict=True):
            axes.annotate(
                f"{total:,.0f}" if total >= 100 else f"{total:.1f}",
                (cycle, total),
                (0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=7.5,
            )
    axes.set(xlabel="cycle (0: random start)", ylabel="seconds")
    axes.margins(y=0.1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=20))
    axes.set_title("Time by phase")
    open_frame(axes)
    figure.legend(loc="outside right center", fontsize=8.5, reverse=True)
    return figure
