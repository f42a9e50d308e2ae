"""The learning curve as text."""

from __future__ import annotations

from collections.abc import Mapping

BAR_WIDTH = 30


def curve_header() -> str:
    """Column heads of the lines that follow."""
    return f"{'cycle':>5}  {'labels':>6}  {'accuracy':>8}  {'balanced':>8}  {'macro F1':>8}"


def curve_line(cycle: int, metrics: Mapping[str, float], is_tested: bool = True) -> str:
    """One cycle: numbers, and a bar as long as the accuracy.

    Args:
        is_tested: whether there are test items, so that a missing accuracy is only yet to come.
    """
    labelled = f"{cycle:>5}  {int(metrics['labelled']):>6}"
    if "accuracy" not in metrics:
        return f"{labelled}  {'not evaluated yet' if is_tested else 'no labelled test items'}"
    names = ("accuracy", "balanced_accuracy", "macro_f1")
    numbers = "  ".join(f"{metrics[name]:>8.3f}" for name in names)
    return f"{labelled}  {numbers}  {'█' * round(BAR_WIDTH * metrics['accuracy'])}"
