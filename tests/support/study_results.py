"""Made-up results of studies, seeded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cryoal.studies.results import ALL_LABELS, CellResult

SCHEMES = (
    "random", "balanced-random", "entropy", "egl", "lplgrad", "margin", "badge", "core-set",
    "gradnorm-diverse", "expected", "core-gcn", "sraal", "vaal", "batch-bald", "typiclust",
    "teacher-student",
)  # fmt: skip
GAINS = dict(zip(SCHEMES, (0, 3, -1, 2, 4, 5, 6, 1, 7, 1, 2, -6, -2, 4, 3, 8), strict=True))


def cell(scheme: str, seed: int, labelled: int, accuracy: float, **more: object) -> CellResult:
    """A row whose metrics all are ``accuracy``."""
    values: dict[str, object] = {
        "balanced_accuracy": accuracy,
        "macro_f1": accuracy,
        "worst_f1": accuracy / 2,
        "calibration_error": 1 - accuracy,
        "loss": 2 * (1 - accuracy),
        "cycle": labelled // 55,
    }
    values |= more
    return CellResult(scheme=scheme, seed=seed, labelled=labelled, accuracy=accuracy, **values)  # type: ignore[arg-type]


def flat_study(
    curves: dict[str, Sequence[Sequence[float]]], labelled: Sequence[int]
) -> list[CellResult]:
    """Rows from accuracies by scheme, seed (from 0) and budget; NaN cells are left out."""
    return [
        cell(scheme, seed, labels, accuracy)
        for scheme, seeds in curves.items()
        for seed, values in enumerate(seeds)
        for labels, accuracy in zip(labelled, values, strict=True)
        if not np.isnan(accuracy)
    ]


def made_up_study(
    schemes: int = 9, seeds: int = 3, budgets: int = 5, noise: float = 0.015
) -> list[CellResult]:
    """Curves that rise with labels, with noise of the seed and of the cell, and every cost."""
    generator = np.random.default_rng(7)
    rows = []
    for seed in range(seeds):
        luck = generator.normal(0, 0.02)
        start = 0.35 + luck + generator.normal(0, noise)
        for name in SCHEMES[:schemes]:
            for cycle in range(1, budgets + 1):
                rise = 0.4 * (1 - np.exp(-(cycle - 1) / 2.5))
                gain = 0.01 * GAINS[name] * min(cycle - 1, 3) / 3
                luck_here = 0 if cycle == 1 else generator.normal(0, noise)
                rows.append(costly_cell(name, seed, cycle, start + rise + gain + luck_here))
        rows.append(cell(ALL_LABELS, seed, 5500, 0.82 + luck, cycle=1, train_seconds=600.0))
    return rows


def costly_cell(scheme: str, seed: int, cycle: int, accuracy: float) -> CellResult:
    at = SCHEMES.index(scheme)
    counts = np.random.default_rng((seed, cycle, at)).multinomial(55, np.full(11, 1 / 11))
    return cell(
        scheme,
        seed,
        55 * cycle,
        float(round(accuracy, 4)),
        cycle=cycle,
        train_accuracy=min(1.0, accuracy + 0.25 - 0.03 * cycle),
        train_loss=0.1,
        train_seconds=30.0 + 4 * cycle + 2 * at,
        evaluate_seconds=3.0,
        score_seconds=None if at == 0 else 2.0 + 3 * at,
        query_seconds=0.1 * at,
        train_memory_mb=900.0 + 40 * at,
        evaluate_memory_mb=600.0,
        score_memory_mb=None if at == 0 else 700.0 + 100 * at,
        overlap_true_gradnorm=0.05 + 0.04 * at,
        query_counts=tuple(counts.tolist()),
    )
