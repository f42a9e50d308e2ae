"""Numbers as sentences."""

from __future__ import annotations

from collections.abc import Sequence

from cryoal.analyses.measurement import Mean
from cryoal.studies.wording import listed


def at_the_end(means: Sequence[Mean], value: str, key: str = "scheme") -> str:
    """``value`` in the last row of each ``key``: ``0.61 (entropy) and 0.10 (random)``."""
    last = {str(mean.keys[key]): mean.intervals[value].mean for mean in means}
    return listed([f"{number:.2f} ({name})" for name, number in last.items()])


def panel_name(keys: Sequence[str], schemes: int) -> str:
    """The name of a panel of one scheme among ``schemes``: the scheme goes first where several."""
    scheme, *rest = keys
    return ": ".join([scheme, *rest] if schemes > 1 else rest or [scheme])
