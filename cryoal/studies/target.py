"""The accuracy that labels are counted to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from cryoal.studies.curves import Array, Curves
from cryoal.studies.results import RANDOM


class TargetKind(StrEnum):
    """What a target is measured by."""

    ABSOLUTE = "absolute"
    ALL_LABELS = "share of all-labels"
    RANDOM_LAST = "random's last"


@dataclass(frozen=True)
class Target:
    """A height that learning curves may reach.

    Attributes:
        kind: the same height for every seed, a share of what the model trained on all labels has
            in the same seed, or what random has at its last budget in the same seed.
        value: the height or the share; not used for ``RANDOM_LAST``.
    """

    kind: TargetKind
    value: float = 1.0

    def levels(self, curves: Curves) -> Array:
        """(seeds,) height to reach; NaN where what it is measured by is missing."""
        if self.kind is TargetKind.ABSOLUTE:
            return np.full(len(curves.seeds), self.value)
        if self.kind is TargetKind.ALL_LABELS:
            return self.value * curves.ceiling
        if RANDOM not in curves.schemes:
            return np.full(len(curves.seeds), np.nan)
        return np.asarray(curves.of(RANDOM)[:, -1])

    def name(self, metric: str) -> str:
        """In words, for a table."""
        if self.kind is TargetKind.ABSOLUTE:
            return f"{metric} {self.value:g}"
        if self.kind is TargetKind.ALL_LABELS:
            return f"{100 * self.value:g} % of all-labels {metric}"
        return f"random's last {metric}"


DEFAULT_TARGETS = (
    Target(TargetKind.RANDOM_LAST),
    Target(TargetKind.ALL_LABELS, 0.9),
    Target(TargetKind.ALL_LABELS, 0.95),
)
