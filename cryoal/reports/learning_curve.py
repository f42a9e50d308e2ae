"""How good models are against labels: what the labelling was for."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cryoal.reports.record import MetricsRow, RunRecord
from cryoal.reports.style import CURVES, FAINT, WIDTH_IN, new_figure, open_frame
from cryoal.runs.wilson import wilson_interval
from cryoal.task import HEADLINE, Task

LINES: dict[Task, tuple[tuple[str, str, str, str], ...]] = {
    "classification": (
        ("accuracy", "accuracy", "o", "-"),
        ("balanced_accuracy", "balanced accuracy", "s", "--"),
        ("macro_f1", "macro F1", "^", ":"),
    ),
    "segmentation": (
        ("miou", "mIoU", "o", "-"),
        ("accuracy", "accuracy of pixels", "s", "--"),
        ("balanced_accuracy", "mean accuracy\nof the classes", "^", ":"),
    ),
}
"""Metric, legend, marker and dash."""


def learning_curve(record: RunRecord) -> Figure | None:
    """Test metrics by number of labels; None without test items.

    Accuracy has its 95 % band where items are independent of each other, as pixels are not.
    """
    rows = record.evaluated
    if not rows:
        return None
    labels = [row["labelled"] or 0 for row in rows]
    figure = new_figure(WIDTH_IN, 4.3)
    axes = figure.add_subplot()
    if record.task == "classification":
        draw_band(axes, record, labels)
    for (name, label, marker, dash), colour in zip(LINES[record.task], CURVES, strict=False):
        values = column(rows, name)
        wide = 2.2 if name == HEADLINE[record.task] else 1.5
        axes.plot(
            labels,
            values,
            dash,
            marker=marker,
            color=colour,
            linewidth=wide,
            markersize=5,
            label=label,
            clip_on=False,
        )
    axes.plot(
        labels,
        column(rows, "train_accuracy"),
        color=FAINT,
        linewidth=0.8,
        marker=".",
        markersize=3,
        label="accuracy on the\nlabelled items",
        clip_on=False,
    )
    if record.task == "classification":
        count = len(record.classes)
        name = f"chance, 1/{count}"
        axes.axhline(1 / count, label=name, color="#444444", linewidth=1, dashes=(4, 3))
    axes.set(ylim=(0, 1), xlabel="labelled items", ylabel=f"on {record.test_items} test items")
    if len(rows) == 1:
        axes.set_xlim(0, 2 * labels[0])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_yticks(np.arange(0, 1.01, 0.2))
    axes.set_title("Learning curve")
    open_frame(axes)
    figure.legend(loc="outside right center", fontsize=8.5)
    return figure


def draw_band(axes: Axes, record: RunRecord, labels: list[float | int]) -> None:
    """The 95 % interval of the accuracy at each number of labels."""
    accuracy = column(record.evaluated, "accuracy")
    band = np.array([wilson_interval(value, record.test_items) for value in accuracy])
    if len(labels) > 1:
        axes.fill_between(
            labels,
            band[:, 0],
            band[:, 1],
            color=CURVES[0],
            alpha=0.15,
            linewidth=0,
            label="95 % interval\nof accuracy",
        )
    else:
        axes.vlines(labels, band[:, 0], band[:, 1], color=CURVES[0], label="95 % interval")


def column(rows: list[MetricsRow], name: str) -> list[float]:
    """One metric over the cycles, NaN where it is unknown."""
    values = [row[name] for row in rows]
    return [np.nan if value is None else float(value) for value in values]
