"""What faults at test time cost."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from cryoal.reports.heatmap import draw_heatmap
from cryoal.studies.robustness.findings import Findings

LEAST_TOP = 0.2


def fault_plot(findings: Findings) -> Figure | None:
    """Mean accuracy lost: a row a scheme, a column a fault; None where nothing was measured."""
    schemes = list(dict.fromkeys(one.labels["scheme"] for one in findings.faults))
    columns = list(dict.fromkeys((o.labels["fault"], o.labels["amount"]) for o in findings.faults))
    if not schemes:
        return None
    values = np.full((len(schemes), len(columns)), np.nan)
    for one in findings.faults:
        row = schemes.index(one.labels["scheme"])
        values[row, columns.index((one.labels["fault"], one.labels["amount"]))] = one.interval.mean
    # Adding 0 takes the sign from a zero.
    shown = np.round(values, 2) + 0.0
    texts = [["" if np.isnan(value) else f"{value:.2f}" for value in row] for row in shown]
    return draw_heatmap(
        values,
        schemes,
        [" ".join(column) for column in columns],
        texts=texts,
        cell_in=(0.52, 0.32),
        title="Accuracy lost by faults at test time",
        axis_names=("trained by", ""),
        bar_name="accuracy lost",
        top=max(LEAST_TOP, float(np.nanmax(values))),
    )
