"""What was measured in one cycle of one run of a study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cryoal.errors import CryoalError
from cryoal.runs.tables import METRICS as RUN_METRICS

RANDOM = "random"
ALL_LABELS = "all-labels"
PHASES = ("train", "evaluate", "score", "query")
WITH_MEMORY = PHASES[:3]
"""Phases that memory is measured of."""
METRICS = tuple(name for name in RUN_METRICS if not name.startswith("train_"))
HIGHER_IS_BETTER = METRICS[:5]


@dataclass(frozen=True, kw_only=True)
class CellResult:
    """One row of a study's table. None stands for what was not measured.

    Attributes:
        scheme: its name; ``all-labels`` for the model trained on all training labels, which has
            one row a seed.
        seed: of the run; equal seeds mean equal splits, initial sets and recipe.
        cycle: 1 for the model trained on the initial set.
        labelled: number of labels that the model was trained on.
        accuracy, balanced_accuracy, macro_f1, worst_f1, calibration_error, loss: on the test
            items, or their pixels.
        miou: of pixels alone.
        train_accuracy, train_loss: on the labelled items.
        train_seconds, evaluate_seconds, score_seconds, query_seconds: duration of each phase.
        train_memory_mb, evaluate_memory_mb, score_memory_mb: by how much the process grew at most
            in each phase; scoring and choosing count together as scoring.
        overlap_true_gradnorm: share of the query that is among the k candidates of the largest
            gradient norm under the true label.
        chance, chance_deviation: accuracy that the model's own answers have on shuffled test items,
            and its standard deviation.
        query_counts: (classes,) how many items of each class the query of this cycle holds.
    """

    scheme: str
    seed: int
    cycle: int
    labelled: int
    accuracy: float
    balanced_accuracy: float
    macro_f1: float
    worst_f1: float
    calibration_error: float
    loss: float
    miou: float | None = None
    train_accuracy: float | None = None
    train_loss: float | None = None
    train_seconds: float | None = None
    evaluate_seconds: float | None = None
    score_seconds: float | None = None
    query_seconds: float | None = None
    train_memory_mb: float | None = None
    evaluate_memory_mb: float | None = None
    score_memory_mb: float | None = None
    overlap_true_gradnorm: float | None = None
    chance: float | None = None
    chance_deviation: float | None = None
    query_counts: tuple[int, ...] | None = None


def check_results(results: Sequence[CellResult]) -> None:
    """Refuse a table that holds a measurement twice.

    Raises:
        CryoalError: two rows of one scheme, seed and number of labels, or of one seed for
            ``all-labels``.
    """
    keys = Counter(
        (row.scheme, row.seed, None if row.scheme == ALL_LABELS else row.labelled)
        for row in results
    )
    for (scheme, seed, labelled), count in keys.items():
        if count > 1:
            where = "" if labelled is None else f" at {labelled} labels"
            raise CryoalError(
                f"study: {count} results of scheme {scheme}, seed {seed}{where}; keep one of them"
            )
