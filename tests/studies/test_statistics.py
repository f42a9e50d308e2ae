"""Everything at once: what is described besides, and what is missing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from study_results import cell, made_up_study

from cryoal.studies.costs import costs_of
from cryoal.studies.curves import curves_of
from cryoal.studies.missing import missing_cells
from cryoal.studies.statistics import study_statistics


def test_gaps_are_how_much_better_the_labelled_items_are() -> None:
    rows = [cell("a", 0, 55, 0.5, train_accuracy=0.9, train_loss=0.25)]
    made = study_statistics(rows).described
    assert made["accuracy gap"].of("a")[0, 0] == pytest.approx(0.4)
    assert made["loss gap"].of("a")[0, 0] == pytest.approx(1.0 - 0.25)


@pytest.mark.parametrize(
    ("counts", "share"),
    [((5, 5, 5, 5), 1.0), ((20, 0, 0, 0), 0.25), ((0, 0, 0, 0), math.nan), (None, math.nan)],
)
def test_spread_of_queries(counts, share) -> None:
    made = study_statistics([cell("a", 0, 55, 0.5, query_counts=counts)]).described
    assert made["effective classes"].of("a")[0, 0] == pytest.approx(share, nan_ok=True)


def test_costs_are_means_of_seconds_and_largest_peaks() -> None:
    rows = [
        cell("a", 0, 55, 0.5, train_seconds=10.0, train_memory_mb=100.0),
        cell("a", 0, 110, 0.5, train_seconds=20.0, train_memory_mb=300.0, score_seconds=4.0),
        cell("a", 1, 55, 0.5, train_seconds=60.0, train_memory_mb=200.0),
    ]
    train, score = costs_of(rows)
    assert (train.phase, train.seconds, train.memory_mb, train.cycles) == ("train", 30, 300, 3)
    assert (score.phase, score.seconds, score.memory_mb, score.cycles) == ("score", 4, None, 1)


def test_missing_cells_are_named() -> None:
    kept = [
        row
        for row in made_up_study(3, seeds=2, budgets=3)
        if not (row.scheme == "entropy" and row.seed == 1 and row.cycle > 1)
        and not (row.scheme == "random" and row.seed == 0)
        and not (row.scheme == "all-labels" and row.seed == 1)
    ]
    expected = [("badge", 0), ("random", 0), ("random", 4), ("all-labels", 0)]
    sentences = missing_cells(curves_of(kept, "accuracy"), expected)
    assert sentences == [
        "entropy, seed 1: nothing at 110, 165 labels.",
        "random, seed 0: no result yet.",
        "all-labels, seed 1: no result yet.",
        "badge, seed 0: no result yet.",
        "random, seed 4: no result yet.",
    ]


def test_whole_study_misses_nothing() -> None:
    study = study_statistics(made_up_study(4, seeds=3))
    assert study.missing == []
    assert len(study.needed) == 4 * 3
    assert len(study.savings) == 3 * 3
    assert not any(np.isnan(areas).any() for areas in study.areas.values())


def test_another_metric_is_compared() -> None:
    study = study_statistics(made_up_study(3, seeds=3), metric="worst_f1")
    whole = study_statistics(made_up_study(3, seeds=3))
    assert study.standings[0].area.mean == pytest.approx(whole.standings[0].area.mean / 2)
