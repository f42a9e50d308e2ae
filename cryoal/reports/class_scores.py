"""How well each class is told from the others, cycle by cycle."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from cryoal.reports.heatmap import draw_heatmap
from cryoal.reports.record import RunRecord
from cryoal.runs.class_measures import Confusion, Scores, class_f1, class_iou

MOST_WRITTEN = 15


def class_score(record: RunRecord, confusion: Confusion) -> Scores:
    """What the run's classes are judged by: F1 or, of pixels, intersection over union."""
    return class_f1(confusion) if record.task == "classification" else class_iou(confusion)


def score_name(record: RunRecord) -> str:
    """Its name."""
    return "F1" if record.task == "classification" else "IoU"


def class_scores(record: RunRecord) -> Figure | None:
    """Heat map of F1 or IoU, classes by cycles, the hardest on top; None without test items."""
    if not record.confusions:
        return None
    cycles = sorted(record.confusions)
    table = np.stack([class_score(record, record.confusions[cycle]) for cycle in cycles], axis=1)
    order = np.argsort(table[:, -1], kind="stable")
    table = table[order]
    texts = [["–" if np.isnan(value) else f"{value:.2f}" for value in row] for row in table]
    width = 0.5 if len(cycles) <= MOST_WRITTEN else 0.22
    return draw_heatmap(
        table,
        [record.outputs[at] for at in order],
        [str(cycle) for cycle in cycles],
        texts=texts if len(cycles) <= MOST_WRITTEN else None,
        cell_in=(width, 0.34 if len(table) <= 16 else 0.22),
        title=f"{score_name(record)} of each class, hardest on top",
        axis_names=("class", "cycle"),
        bar_name=score_name(record),
    )
