"""A run in a sentence or two."""

from __future__ import annotations

from cryoal.reports.record import RunRecord
from cryoal.runs.wilson import wilson_interval
from cryoal.task import HEADLINE


def summary(record: RunRecord) -> str:
    """What the labels brought, on how many test items, and how far the run has got."""
    return f"{quality_sentence(record)} {progress_sentence(record)}"


def quality_sentence(record: RunRecord) -> str:
    """What became of the accuracy or, for segmentation, of mIoU."""
    rows = record.evaluated
    if record.test_items == 0:
        return "There are no labelled test items, so no accuracy was measured."
    if not rows:
        return "No model has been evaluated yet."
    first, last = rows[0], rows[-1]
    metric = HEADLINE[record.task]
    before, after = first[metric] or 0.0, last[metric] or 0.0
    tested, doubt = f"({record.test_items} test images).", ""
    if record.task == "classification":
        low, high = wilson_interval(after, record.test_items)
        tested = (
            f"({record.test_items} test items, 95 % interval {low:.2f} to {high:.2f}; chance "
            f"{1 / len(record.classes):.2f})."
        )
        doubt = " The first value lies inside that interval." if low <= before <= high else ""
    name = "Accuracy" if metric == "accuracy" else "mIoU"
    if len(rows) == 1:
        return f"{name} is {after:.2f} at {last['labelled']} labels {tested}"
    if f"{before:.2f}" == f"{after:.2f}":
        span = f"from {first['labelled']} to {last['labelled']} labels"
        return f"{name} stayed at {after:.2f} {span} {tested}"
    verb = "rose" if after > before else "fell"
    return (
        f"{name} {verb} from {before:.2f} at {first['labelled']} labels to {after:.2f} at "
        f"{last['labelled']} labels {tested}{doubt}"
    )


def progress_sentence(record: RunRecord) -> str:
    cycles = record.settings.cycles
    if record.is_finished:
        return f"The run is finished after {cycles} cycle{'s' if cycles > 1 else ''}."
    done = sum((cycle, "evaluate") in record.seconds for cycle in range(1, cycles + 1))
    return f"The run is not finished: {done} of {cycles} cycles are done."
