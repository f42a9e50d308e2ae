"""Numbers and lists as words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cryoal.reports.tables import UNKNOWN, number
from cryoal.reports.tables import metric_name as metric_name
from cryoal.studies.interval import Interval
from cryoal.studies.labels_needed import LabelsNeeded
from cryoal.studies.saving import Bound, Saving


def listed(names: Sequence[str]) -> str:
    """Names with commas and "and"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def listed_or_all(names: Sequence[str], others: int, word: str) -> str:
    """The names, or one word where they are all the others, of which there are several."""
    return word if 1 < len(names) == others else listed(names)


def plural(count: int, word: str) -> str:
    """A count with its word."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def limits(interval: Interval, form: str = "{:.3f}") -> str:
    """An interval's limits, a dash where there are none."""
    if not interval.is_known:
        return UNKNOWN
    return f"{form.format(interval.low)} to {form.format(interval.high)}"


def p_text(p: float) -> str:
    """A p value; a dash where no test was made."""
    return "< 0.001" if p < 0.001 else number(p)


def labels_text(labels: float, last_budget: int) -> str:
    """A number of labels, or that it is more than the last budget."""
    if math.isnan(labels):
        return UNKNOWN
    return f"> {last_budget}" if math.isinf(labels) else f"{labels:.0f}"


def needed_limits(needed: LabelsNeeded, first_budget: int, last_budget: int) -> str:
    """The limits of a number of labels."""
    if math.isnan(needed.low):
        return UNKNOWN
    low = labels_text(needed.low, last_budget)
    if needed.low <= first_budget:
        low = f"≤ {first_budget}"
    if math.isinf(needed.low):
        return low
    return f"{low} to {labels_text(needed.high, last_budget)}"


def saving_text(saving: Saving) -> str:
    """A saving as a percentage, with how it is to be read."""
    if saving.bound is Bound.UNKNOWN:
        return str(saving.bound) if saving.count else UNKNOWN
    return f"{saving.bound} {100 * saving.saving:.0f} %".strip()


def saving_limits(saving: Saving) -> str:
    """The limits of a saving."""
    if math.isnan(saving.low):
        return UNKNOWN
    return f"{100 * saving.low:.0f} to {100 * saving.high:.0f} %"
