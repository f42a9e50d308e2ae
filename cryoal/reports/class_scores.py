"""How well each class is told from the others, cycle by cycle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from cryoal.reports.heatmap import draw_heatmap
from cryoal.reports.record import RunRecord

MOST_WRITTEN = 15


def class_f1(confusion: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """F1 of each class, 2 TP / (2 TP + FP + FN); NaN for a class without test items.

    Args:
        confusion: (classes, classes) counts, rows true, columns predicted.
    """
    right = confusion.diagonal().astype(np.float64)
    true, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    # A class without test items has no F1, as in the macro average of the metrics.
    return np.where(true > 0, 2 * right / np.maximum(true + predicted, 1), np.nan)


def class_scores(record: RunRecord) -> Figure | None:
    """Heat map of F1, classes by cycles, the hardest class on top; None without test items."""
    if not record.confusions:
        return None
    cycles = sorted(record.confusions)
    table = np.stack([class_f1(record.confusions[cycle]) for cycle in cycles], axis=1)
    order = np.argsort(table[:, -1], kind="stable")
    table = table[order]
    texts = [["–" if np.isnan(value) else f"{value:.2f}" for value in row] for row in table]
    width = 0.5 if len(cycles) <= MOST_WRITTEN else 0.22
    return draw_heatmap(
        table,
        [record.classes[at] for at in order],
        [str(cycle) for cycle in cycles],
        texts=texts if len(cycles) <= MOST_WRITTEN else None,
        cell_in=(width, 0.34 if len(table) <= 16 else 0.22),
        title="F1 of each class, hardest on top",
        axis_names=("class", "cycle"),
        bar_name="F1",
    )
