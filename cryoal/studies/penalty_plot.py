"""The pairwise penalty matrix as a picture."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from cryoal.reports.heatmap import draw_heatmap
from cryoal.studies.penalty import mean_penalty
from cryoal.studies.statistics import StudyStatistics

LEAST_TOP = 0.25


def penalty_plot(study: StudyStatistics) -> Figure | None:
    """Share of budgets at which the row beats the column; None where nothing was tested."""
    if np.isnan(study.penalty).all():
        return None
    schemes = [row.scheme for row in study.standings]
    at = [study.curves.schemes.index(scheme) for scheme in schemes]
    matrix = study.penalty[np.ix_(at, at)]
    values = np.vstack([matrix, mean_penalty(matrix)])
    texts = [[cell_text(value) for value in row] for row in values.tolist()]
    return draw_heatmap(
        values,
        [*schemes, "mean (lower is better)"],
        schemes,
        texts=texts,
        cell_in=(0.42, 0.3),
        title="Pairwise penalties",
        axis_names=("is above ...", "... is below"),
        bar_name="share of budgets, p < 0.05",
        top=max(LEAST_TOP, float(np.nanmax(values))),
    )


def cell_text(share: float) -> str:
    if np.isnan(share):
        return ""
    return "0" if share == 0 else f"{share:.2f}"
