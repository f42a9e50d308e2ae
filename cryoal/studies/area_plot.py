"""Area under the budget curve of each scheme."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cryoal.reports.style import CURVES, FAINT, TEXT, WIDTH_IN, new_figure
from cryoal.studies.dot_rows import ROW_IN, name_rows
from cryoal.studies.ranking import Standing
from cryoal.studies.results import RANDOM
from cryoal.studies.statistics import StudyStatistics
from cryoal.studies.wording import metric_name

BETTER, WORSE, SAME = CURVES[0], CURVES[1], "#6b6b6b"


def area_plot(study: StudyStatistics) -> Figure | None:
    """Means with intervals, seeds as small dots, and the ranks left open; None without areas."""
    rows = [row for row in study.standings if row.area.count]
    if not rows:
        return None
    figure = new_figure(WIDTH_IN, 1.5 + ROW_IN * len(rows))
    axes = figure.add_subplot()
    for at, row in enumerate(rows):
        draw_row(study, row, at, axes)
    name_rows(axes, [row.scheme for row in rows])
    random = next((row.area.mean for row in rows if row.scheme == RANDOM), None)
    if random is not None:
        axes.axvline(random, color=SAME, linewidth=0.8, dashes=(4, 3), zorder=0)
    axes.set_xlabel(f"area under the {metric_name(study.metric)} curve")
    axes.set_title("Area under the budget curve; possible ranks at the right")
    if random is not None:
        legend(figure, rows)
    return figure


def draw_row(study: StudyStatistics, row: Standing, at: int, axes: Axes) -> None:
    colour = colour_of(row)
    seeds = study.areas[row.scheme]
    axes.scatter(seeds, [at] * len(seeds), s=12, facecolors="none", edgecolors=FAINT, lw=0.7)
    if row.area.is_known:
        axes.hlines(at, row.area.low, row.area.high, color=colour, linewidth=1.6)
    axes.plot(row.area.mean, at, "o", color=colour, markersize=5.5)
    ranks = f"{row.first_rank}–{row.last_rank}"
    if row.first_rank == row.last_rank:
        ranks = f"{row.first_rank}"
    axes.annotate(
        ranks,
        (1.0, at),
        (6, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        fontsize=8,
        color=TEXT,
        annotation_clip=False,
    )


def colour_of(row: Standing) -> str:
    return BETTER if RANDOM in row.below else WORSE if RANDOM in row.above else SAME


def legend(figure: Figure, rows: Sequence[Standing]) -> None:
    names = {
        BETTER: "above random (Holm)",
        SAME: "random, not distinguishable or not tested",
        WORSE: "below random (Holm)",
    }
    used = [colour for colour in names if colour in map(colour_of, rows)]
    handles = [
        Line2D([], [], color=colour, marker="o", markersize=4.5, linewidth=1.5) for colour in used
    ]
    handles.append(Line2D([], [], color="none", marker="o", markersize=4, markeredgecolor=FAINT))
    labels = [*(names[colour] for colour in used), "one seed"]
    figure.legend(handles, labels, loc="outside lower center", ncols=4, fontsize=8.5)
