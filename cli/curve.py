"""The learning curve as text."""

from __future__ import annotations

from collections.abc import Mapping

from cryoal.task import Task

BAR_WIDTH = 30
COLUMNS: dict[Task, dict[str, str]] = {
    "classification": {
        "accuracy": "accuracy",
        "balanced_accuracy": "balanced",
        "macro_f1": "macro F1",
    },
    "segmentation": {"miou": "mIoU", "accuracy": "accuracy", "balanced_accuracy": "balanced"},
}
"""What is shown under which head; what models are judged by comes first."""


def curve_header(task: Task) -> str:
    """Column heads of the lines that follow."""
    heads = "  ".join(f"{head:>8}" for head in COLUMNS[task].values())
    return f"{'cycle':>5}  {'labels':>6}  {heads}"


def curve_line(cycle: int, metrics: Mapping[str, float], task: Task, is_tested: bool = True) -> str:
    """One cycle: numbers, and a bar as long as the first of them.

    Args:
        is_tested: whether there are test items, so that a missing accuracy is only yet to come.
    """
    labelled = f"{cycle:>5}  {int(metrics['labelled']):>6}"
    if "accuracy" not in metrics:
        return f"{labelled}  {'not evaluated yet' if is_tested else 'no labelled test items'}"
    values = [metrics[name] for name in COLUMNS[task]]
    numbers = "  ".join(f"{value:>8.3f}" for value in values)
    return f"{labelled}  {numbers}  {'█' * round(BAR_WIDTH * values[0])}"
