"""Which class is taken for which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from cryoal.reports.heatmap import draw_heatmap

MOST_WRITTEN = 20


def confusion_figure(
    confusion: npt.NDArray[np.int64], classes: Sequence[str], title: str, of_pixels: bool = False
) -> Figure:
    """Confusion matrix, shaded by the share of each true class, counts written if they fit.

    Args:
        confusion: (classes, classes) counts, rows true, columns predicted.
        classes: class names.
        title: heading.
        of_pixels: whether pixels are counted, of which shares are written.
    """
    totals = confusion.sum(axis=1, keepdims=True)
    shares = np.where(totals > 0, confusion / np.maximum(totals, 1), np.nan)
    cell = float(np.clip(6 / len(classes), 0.18, 0.55))
    texts = [[str(count) if count else "" for count in row] for row in confusion.tolist()]
    if of_pixels:
        texts = [[f"{share:.2f}" if share >= 0.005 else "" for share in row] for row in shares]
    return draw_heatmap(
        shares,
        classes,
        classes,
        texts=texts if len(classes) <= MOST_WRITTEN else None,
        cell_in=(cell, cell),
        title=title,
        axis_names=("true class", "predicted class"),
        bar_name="share of the true class",
    )
