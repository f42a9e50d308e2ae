"""Accuracy at ratios that a model was not trained at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from cryoal.reports.heatmap import draw_heatmap
from cryoal.studies.robustness.findings import Measurement


def transfer_plot(transfer: Sequence[Measurement]) -> Figure | None:
    """A row for each ratio trained at, a column for each tested at; None with fewer than two."""
    ratios = list(dict.fromkeys(one.labels["trained"] for one in transfer))
    if len(ratios) < 2:
        return None
    values = np.full((len(ratios), len(ratios)), np.nan)
    for one in transfer:
        if one.labels["tested"] in ratios:
            row, column = (ratios.index(one.labels[name]) for name in ("trained", "tested"))
            values[row, column] = one.interval.mean
    texts = [["" if np.isnan(value) else f"{value:.2f}" for value in row] for row in values]
    return draw_heatmap(
        values,
        ratios,
        ratios,
        texts=texts,
        cell_in=(0.7, 0.4),
        title="Trained on all labels at one ratio, tested at another",
        axis_names=("trained at SNR", "tested at SNR"),
        bar_name="test accuracy",
    )
