"""What the queries asked for, beside what there was to ask for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from cryoal.reports.heatmap import draw_heatmap
from cryoal.reports.names import fit_all
from cryoal.reports.record import RunRecord
from cryoal.reports.style import CLASSES, WIDTH_IN, new_figure, open_frame
from cryoal.runs.balance import lopsided

MOST_WRITTEN = 15
LEGEND_PT = 130.0


def class_balance(record: RunRecord) -> Figure | None:
    """Class shares of all training items, of all labels and of each query.

    None before any label, and for segmentation, where labels are masks.

    Stacked bars up to ten classes; more than that no set of colours tells apart, so a heat map.
    """
    if record.task == "segmentation" or not any(
        len(record.query_labels(cycle)) for cycle in record.queries
    ):
        return None
    groups = balance_groups(record)
    counts = np.stack(
        [np.bincount(labels, minlength=len(record.classes)) for _, labels in groups], axis=1
    )
    shares = counts / counts.sum(axis=0)
    names = [name for name, _ in groups]
    if len(record.classes) > len(CLASSES):
        return balance_heatmap(record, shares, counts, names)
    return balance_bars(record, shares, counts, names)


def balance_groups(record: RunRecord) -> list[tuple[str, npt.NDArray[np.int64]]]:
    """Names and class positions (k,) of the sets of items to compare, none of them empty."""
    by_cycle = {cycle: record.query_labels(cycle) for cycle in sorted(record.queries)}
    groups: list[tuple[str, npt.NDArray[np.int64]]] = []
    if record.train_labels is not None:
        groups.append(("training\nitems", record.train_labels))
    if by_cycle:
        groups.append(("all\nlabels", np.concatenate(list(by_cycle.values()))))
    groups += [
        ("random\nstart" if cycle == 0 else f"query\n{cycle}", labels)
        for cycle, labels in by_cycle.items()
    ]
    return [(name, labels) for name, labels in groups if len(labels)]


def balance_bars(
    record: RunRecord,
    shares: npt.NDArray[np.float64],
    counts: npt.NDArray[np.int64],
    names: list[str],
) -> Figure:
    figure = new_figure(max(WIDTH_IN, 0.55 * len(names) + 2.5), 4.3)
    axes = figure.add_subplot()
    places = np.arange(len(names)) + np.array(
        [0.6 * name.startswith(("query", "random")) for name in names]
    )
    below = np.zeros(len(names))
    for share, colour in zip(shares, CLASSES, strict=False):
        axes.bar(places, share, bottom=below, color=colour, width=0.78, edgecolor="white", lw=0.7)
        below += share
    for place, total in zip(places, counts.sum(axis=0), strict=True):
        axes.text(place, 1.01, f"{total}", ha="center", va="bottom", fontsize=7.5)
    axes.set_xticks(places, names, fontsize=8)
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_ylabel("share of the items")
    axes.set_title("Class balance (number of items on each bar)", pad=16)
    open_frame(axes)
    handles = [Patch(color=colour) for colour in CLASSES[: len(shares)]][::-1]
    legend = figure.legend(
        handles, ["class"] * len(handles), loc="outside right center", fontsize=8
    )
    for text, name in zip(
        legend.get_texts(), fit_all(record.classes, LEGEND_PT, 8.0)[::-1], strict=True
    ):
        # Set afterwards: a name that begins with an underscore is refused as a legend's label.
        text.set_parse_math(False)
        text.set_text(name)
    return figure


def balance_heatmap(
    record: RunRecord,
    shares: npt.NDArray[np.float64],
    counts: npt.NDArray[np.int64],
    names: list[str],
) -> Figure:
    few = len(names) <= MOST_WRITTEN
    texts = [[str(count) if count else "" for count in row] for row in counts.tolist()]
    return draw_heatmap(
        shares,
        record.classes,
        [f"{name} ({total})" for name, total in zip(names, counts.sum(axis=0), strict=True)],
        texts=texts if few else None,
        cell_in=(0.5 if few else 0.24, 0.34 if len(record.classes) <= 16 else 0.22),
        title="Class balance (number of items)",
        axis_names=("class", ""),
        bar_name="share of the items",
        top=float(shares.max()),
    )


def balance_warnings(record: RunRecord) -> list[str]:
    """A sentence for each query that holds few of the classes."""
    sentences = []
    for cycle in sorted(record.queries):
        labels = record.query_labels(cycle)
        warning = lopsided(labels, record.classes) if cycle > 0 and len(labels) else None
        if warning is not None:
            sentences.append(f"Query {cycle}: {warning}.")
    return sentences
