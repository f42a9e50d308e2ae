"""Everything that is computed from the results of a study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cryoal.runs.balance import effective_classes
from cryoal.studies.against_random import RandomCheck, check_against_random
from cryoal.studies.area import areas_of
from cryoal.studies.chance import Skills, skills_of
from cryoal.studies.costs import Cost, costs_of
from cryoal.studies.curves import Array, Curves, curves_of
from cryoal.studies.labels_needed import LabelsNeeded, labels_needed
from cryoal.studies.missing import missing_cells
from cryoal.studies.pairs import Pair, all_pairs
from cryoal.studies.penalty import penalty_matrix
from cryoal.studies.ranking import Standing, ranking
from cryoal.studies.results import METRICS, RANDOM, CellResult, check_results
from cryoal.studies.saving import Saving, saving
from cryoal.studies.target import DEFAULT_TARGETS, Target


@dataclass(frozen=True)
class StudyStatistics:
    """A study in numbers.

    Attributes:
        metric: what schemes are compared by.
        curves: of that metric.
        described: curves of all metrics by name, and of ``accuracy gap`` and ``loss gap`` (how
            much better the model is on the labelled items), ``overlap`` (with the largest true
            gradient norms) and ``effective classes`` (of each query).
        areas: (seeds,) by scheme.
        pairs: every two schemes compared by area.
        standings: schemes, best first.
        penalty: (schemes, schemes) pairwise penalty matrix.
        checks: each scheme against random at each budget.
        needed: labels to each target.
        savings: over random, to each target.
        costs: time and memory.
        missing: a sentence for each cell that is not there.
        skills: whether the models have learned anything.
    """

    metric: str
    curves: Curves
    described: Mapping[str, Curves]
    areas: Mapping[str, Array]
    pairs: Sequence[Pair]
    standings: Sequence[Standing]
    penalty: Array
    checks: Sequence[RandomCheck]
    needed: Sequence[LabelsNeeded]
    savings: Sequence[Saving]
    costs: Sequence[Cost]
    missing: Sequence[str]
    skills: Skills


def study_statistics(
    results: Sequence[CellResult],
    metric: str = "accuracy",
    targets: Sequence[Target] = DEFAULT_TARGETS,
    expected: Iterable[tuple[str, int]] = (),
) -> StudyStatistics:
    """Compare the schemes of a study, finished or not.

    Args:
        results: at least one row.
        metric: one of ``HIGHER_IS_BETTER``.
        targets: heights to count labels to.
        expected: schemes and seeds that the study is to hold.

    Raises:
        CryoalError: a measurement is there twice.
    """
    check_results(results)
    curves = curves_of(results, metric)
    areas = {scheme: areas_of(curves, scheme) for scheme in curves.schemes}
    pairs = all_pairs(areas)
    needed = [
        labels_needed(curves, scheme, target)
        for target in targets
        for scheme in curves.schemes
        if not np.isnan(target.levels(curves)).all()
    ]
    return StudyStatistics(
        metric=metric,
        curves=curves,
        described=described(results),
        areas=areas,
        pairs=pairs,
        standings=ranking(areas, pairs),
        penalty=penalty_matrix(curves),
        checks=check_against_random(curves),
        needed=needed,
        savings=savings_of(curves, needed),
        costs=costs_of(results),
        missing=missing_cells(curves, expected),
        skills=skills_of(results),
    )


def described(results: Sequence[CellResult]) -> dict[str, Curves]:
    made = {name: curves_of(results, name) for name in METRICS}
    made["accuracy gap"] = curves_of(results, "accuracy gap", accuracy_gap)
    made["loss gap"] = curves_of(results, "loss gap", loss_gap)
    made["overlap"] = curves_of(results, "overlap_true_gradnorm")
    made["effective classes"] = curves_of(results, "effective classes", query_spread)
    return made


def accuracy_gap(row: CellResult) -> float | None:
    return None if row.train_accuracy is None else row.train_accuracy - row.accuracy


def loss_gap(row: CellResult) -> float | None:
    return None if row.train_loss is None else row.loss - row.train_loss


def query_spread(row: CellResult) -> float | None:
    """Effective number of classes of the query as a share of all classes."""
    if not row.query_counts or sum(row.query_counts) == 0:
        return None
    labels = np.repeat(np.arange(len(row.query_counts)), row.query_counts)
    return effective_classes(labels) / len(row.query_counts)


def savings_of(curves: Curves, needed: Sequence[LabelsNeeded]) -> list[Saving]:
    random = {own.target: own for own in needed if own.scheme == RANDOM}
    return [
        saving(own, random[own.target], int(curves.labelled[-1]))
        for own in needed
        if own.scheme != RANDOM and own.target in random
    ]
