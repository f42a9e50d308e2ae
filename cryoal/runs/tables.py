"""``metrics.csv`` and ``queries.csv``: a run's record for other programs."""

from __future__ import annotations

from cryoal.io.csv_table import write_csv_table
from cryoal.runs.folder import RunFolder
from cryoal.task import Task

PHASES = ("train", "evaluate", "score", "query", "label")
METRICS = (
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "worst_f1",
    "miou",
    "calibration_error",
    "loss",
    "train_accuracy",
    "train_loss",
)
VALIDATION = tuple(f"validation_{name}" for name in METRICS if not name.startswith("train_"))
OF_PIXELS = ("miou", "validation_miou")


def measured(task: Task) -> tuple[str, ...]:
    """Names of what runs on this task measure."""
    return tuple(n for n in METRICS + VALIDATION if task == "segmentation" or n not in OF_PIXELS)


def metrics_rows(folder: RunFolder) -> list[dict[str, float | int | None]]:
    """One row a trained cycle: labels, metrics and seconds of each phase; None where unknown."""
    seconds = folder.journal.phase_seconds()
    names = measured(folder.journal.task)
    rows = []
    for cycle, metrics in folder.journal.metrics().items():
        if "labelled" not in metrics:
            continue  # what was measured before the first training
        row: dict[str, float | int | None] = {"cycle": cycle, "labelled": int(metrics["labelled"])}
        row |= {name: metrics.get(name) for name in names}
        row |= {f"{phase}_seconds": seconds.get((cycle, phase)) for phase in PHASES}
        rows.append(row)
    return rows


def write_tables(folder: RunFolder) -> None:
    """Write both files anew from the journal."""
    seconds = [f"{phase}_seconds" for phase in PHASES]
    header = ["cycle", "labelled", *measured(folder.journal.task), *seconds]
    rows = ([format_cell(row[name]) for name in header] for row in metrics_rows(folder))
    write_csv_table(folder.path / "metrics.csv", header, rows)
    queries = (
        [str(q.cycle), str(q.rank), str(q.item), q.id, format_cell(q.score), q.label or ""]
        for q in folder.journal.query_rows()
    )
    write_csv_table(
        folder.path / "queries.csv", ["cycle", "rank", "index", "id", "score", "label"], queries
    )


def format_cell(value: float | int | None) -> str:
    """Integers as they are, other numbers to 7 digits, nothing for an unknown one."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.7g}"
