"""What a scheme costs besides labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cryoal.studies.results import PHASES, CellResult


@dataclass(frozen=True)
class Cost:
    """Time and memory of one phase of one scheme.

    Attributes:
        scheme: its name.
        phase: train, evaluate, score or query.
        seconds: mean over the cycles that have it, of all seeds; None where none was timed.
        memory_mb: the most that the process grew by; None where none was measured.
        cycles: number of cycles that were timed.
    """

    scheme: str
    phase: str
    seconds: float | None
    memory_mb: float | None
    cycles: int


def costs_of(results: Sequence[CellResult]) -> list[Cost]:
    """One entry for each scheme and phase that was timed or measured."""
    schemes = dict.fromkeys(row.scheme for row in results)
    costs = [
        cost([row for row in results if row.scheme == scheme], scheme, phase)
        for scheme in schemes
        for phase in PHASES
    ]
    return [c for c in costs if c.seconds is not None or c.memory_mb is not None]


def cost(rows: Sequence[CellResult], scheme: str, phase: str) -> Cost:
    seconds = known(getattr(row, f"{phase}_seconds") for row in rows)
    memory = known(getattr(row, f"{phase}_memory_mb", None) for row in rows)
    mean = float(np.mean(seconds)) if seconds else None
    return Cost(scheme, phase, mean, max(memory, default=None), len(seconds))


def known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]
