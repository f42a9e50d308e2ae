"""The tables of the page; every text that comes from the user is escaped here."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from cryoal.reports.class_scores import class_score, score_name
from cryoal.reports.record import MetricsRow, RunRecord
from cryoal.runs.tables import METRICS, PHASES, VALIDATION
from cryoal.runs.wilson import wilson_interval

UNKNOWN = "–"


def html_table(
    header: Sequence[str], rows: Iterable[Sequence[str]], words: Sequence[int] = (0,)
) -> str:
    """An HTML table of escaped cells; columns at the places ``words`` are text, others numbers."""
    kinds = ["word" if at in words else "number" for at in range(len(header))]
    head = "".join(
        f'<th scope="col" class="{kind}">{html.escape(name)}</th>'
        for kind, name in zip(kinds, header, strict=True)
    )
    body = "\n".join(
        "<tr>"
        + "".join(
            f'<td class="{kind}">{html.escape(cell)}</td>'
            for kind, cell in zip(kinds, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"
    return f'<div class="wide">{table}</div>'


def settings_table(record: RunRecord) -> str:
    """Every setting of the run, those of the recipe under dotted names."""
    values = flat(record.settings.model_dump(mode="json"))
    rows = [(name, UNKNOWN if value is None else str(value)) for name, value in values.items()]
    return html_table(("setting", "value"), rows, words=(0, 1))


def flat(values: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    result: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            result |= flat(value, f"{prefix}{name}.")
        else:
            result[prefix + name] = value
    return result


def metrics_table(record: RunRecord) -> str:
    """One row a trained cycle; columns without any value are left out."""
    with_interval = "accuracy" if record.task == "classification" else None
    names = [
        name
        for name in METRICS + VALIDATION
        if any(row.get(name) is not None for row in record.rows)
    ]
    header = ["cycle", "labels"]
    for name in names:
        header += [metric_name(name)]
        header += ["95 % interval"] if name == with_interval else []
    rows = []
    for row in record.rows:
        cells = [str(row["cycle"]), str(row["labelled"])]
        for name in names:
            cells += [number(row[name])]
            cells += [interval(row, record.test_items)] if name == with_interval else []
        rows.append([*cells, number(cycle_seconds(record, row), "{:.1f}")])
    return html_table([*header, "seconds"], rows, words=())


def metric_name(metric: str) -> str:
    """A metric's name as people write it."""
    return metric.replace("_", " ").replace("f1", "F1").replace("miou", "mIoU")


def cycle_seconds(record: RunRecord, row: MetricsRow) -> float:
    return sum(record.seconds.get((int(row["cycle"] or 0), phase), 0.0) for phase in PHASES)


def interval(row: MetricsRow, test_items: int) -> str:
    if row["accuracy"] is None:
        return UNKNOWN
    low, high = wilson_interval(row["accuracy"], test_items)
    return f"{low:.3f} to {high:.3f}"


def number(value: float | int | None, form: str = "{:.3f}") -> str:
    """A number as text, a dash where it is unknown or undefined."""
    return UNKNOWN if value is None or np.isnan(value) else form.format(value)


def classes_table(record: RunRecord) -> str:
    """Labels of each class and, after the last evaluated cycle, precision, recall and F1 or IoU."""
    header = ["no.", "class"]
    columns: list[list[str]] = []
    if record.task == "classification":
        header += ["labels"]
        columns += [[str(count) for count in labels_of_classes(record).tolist()]]
    if record.confusions:
        confusion = record.confusions[max(record.confusions)]
        true, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
        right = confusion.diagonal()
        counted = "test items" if record.task == "classification" else "test pixels"
        header += [counted, "precision", "recall", score_name(record)]
        columns += [[str(count) for count in true.tolist()]]
        for top, bottom in ((right, predicted), (right, true)):
            shares = np.where(bottom > 0, top / np.maximum(bottom, 1), np.nan)
            columns += [[number(value) for value in shares.tolist()]]
        columns += [[number(value) for value in class_score(record, confusion).tolist()]]
    rows = (
        (str(at), *cells)
        for at, cells in enumerate(zip(record.outputs, *columns, strict=True), start=1)
    )
    return html_table(header, rows, words=(1,))


def labels_of_classes(record: RunRecord) -> npt.NDArray[np.int64]:
    """How many labels each class has (classes,)."""
    labelled = np.zeros(len(record.classes), dtype=np.int64)
    for cycle in record.queries:
        labelled += np.bincount(record.query_labels(cycle), minlength=len(record.classes))
    return labelled
