"""Numbers as sentences."""

from __future__ import annotations

from collections.abc import Sequence

from cryoal.analyses.measurement import Keys, Mean
from cryoal.studies.wording import listed


def named(keys: Keys, schemes: int, *others: str) -> str:
    """What tells rows apart: the scheme where there are several, and the ``others`` of its keys."""
    parts = [str(keys[key]) for key in others]
    return ": ".join([str(keys["scheme"]), *parts] if schemes > 1 or not parts else parts)


def last_rows(means: Sequence[Mean], *others: str) -> dict[str, Mean]:
    """The last row of each scheme, and of each of what ``others`` name, by name."""
    schemes = len({mean.keys["scheme"] for mean in means})
    return {named(mean.keys, schemes, *others): mean for mean in means}


def at_the_end(means: Sequence[Mean], value: str, *others: str) -> str:
    """``value`` in the last rows: ``0.61 (entropy) and 0.10 (random)``."""
    rows = last_rows(means, *others)
    return listed([f"{mean.intervals[value].mean:.2f} ({name})" for name, mean in rows.items()])
