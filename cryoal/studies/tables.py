"""Everything of a study as tables for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from cryoal.studies.interval import Interval, curve_intervals
from cryoal.studies.penalty import mean_penalty
from cryoal.studies.results import CellResult
from cryoal.studies.statistics import StudyStatistics

Cell = str | int | float | None
Table = list[dict[str, Cell]]


def study_tables(
    results: Sequence[CellResult], study: StudyStatistics, classes: Sequence[str] = ()
) -> dict[str, Table]:
    """Tables by the name of their file; one of them without rows is left out.

    Args:
        results: the rows that ``study`` was made of.
        study: its statistics.
        classes: class names in the order of ``CellResult.query_counts``; numbers without them.
    """
    columns = class_columns(results, classes)
    tables = {
        "results": [result_row(row, columns) for row in results],
        "curves": curve_rows(study),
        "areas": area_rows(study),
        "ranking": ranking_rows(study),
        "pairs": pair_rows(study),
        "penalty": penalty_rows(study),
        "against_random": random_rows(study),
        "labels_needed": needed_rows(study),
        "labels_needed_by_seed": needed_seed_rows(study),
        "savings": saving_rows(study),
        "costs": [asdict(cost) for cost in study.costs],
    }
    return {name: table for name, table in tables.items() if table}


def class_columns(results: Sequence[CellResult], classes: Sequence[str]) -> list[str]:
    """A column for each class that queries were counted in, numbered where it has no name."""
    count = max((len(row.query_counts or ()) for row in results), default=0)
    names = classes if len(classes) == count else [str(at) for at in range(count)]
    return [f"queried_{name}" for name in names]


def result_row(row: CellResult, columns: Sequence[str]) -> dict[str, Cell]:
    cells = asdict(row)
    counts: Sequence[int | None] = cells.pop("query_counts") or [None] * len(columns)
    return cells | dict(zip(columns, counts, strict=True))


def interval_cells(interval: Interval) -> dict[str, Cell]:
    return {"low": interval.low, "high": interval.high, "seeds": interval.count}


def curve_rows(study: StudyStatistics) -> Table:
    return [
        {
            "measure": name,
            "scheme": scheme,
            "labelled": int(labels),
            "mean": interval.mean,
            **interval_cells(interval),
        }
        for name, curves in study.described.items()
        for scheme in curves.schemes
        for labels, interval in zip(
            curves.labelled, curve_intervals(curves.of(scheme)), strict=True
        )
        if interval.count
    ]


def area_rows(study: StudyStatistics) -> Table:
    return [
        {"scheme": scheme, "seed": seed, "area": float(area)}
        for scheme, areas in study.areas.items()
        for seed, area in zip(study.curves.seeds, areas, strict=True)
    ]


def ranking_rows(study: StudyStatistics) -> Table:
    penalties = dict(zip(study.curves.schemes, mean_penalty(study.penalty), strict=True))
    return [
        {
            "scheme": row.scheme,
            "area": row.area.mean,
            **interval_cells(row.area),
            "first_rank": row.first_rank,
            "last_rank": row.last_rank,
            "better_than": " ".join(row.below),
            "worse_than": " ".join(row.above),
            "not_distinguishable_from": " ".join(row.like),
            "not_tested_against": " ".join(row.untested),
            "mean_penalty": float(penalties[row.scheme]),
        }
        for row in study.standings
    ]


def pair_rows(study: StudyStatistics) -> Table:
    return [
        {
            "first": pair.first,
            "second": pair.second,
            "difference": pair.test.difference.mean,
            **interval_cells(pair.test.difference),
            "t": pair.test.statistic,
            "p": pair.test.p,
            "p_holm": pair.p_holm,
            "better": pair.winner,
        }
        for pair in study.pairs
    ]


def penalty_rows(study: StudyStatistics) -> Table:
    return [
        {"winner": winner, "loser": loser, "share_of_budgets": float(study.penalty[i, j])}
        for i, winner in enumerate(study.curves.schemes)
        for j, loser in enumerate(study.curves.schemes)
        if i != j
    ]


def random_rows(study: StudyStatistics) -> Table:
    return [
        {
            "scheme": check.scheme,
            "labelled": labels,
            "difference": test.difference.mean,
            **interval_cells(test.difference),
            "p": test.p,
            "p_holm": p_holm,
        }
        for check in study.checks
        for labels, test, p_holm in zip(check.labelled, check.tests, check.p_holm, strict=True)
    ]


def needed_rows(study: StudyStatistics) -> Table:
    return [
        {
            "target": own.target.name(study.metric),
            "scheme": own.scheme,
            "labels": own.labels,
            "low": own.low,
            "high": own.high,
            "seeds": own.count,
            "seeds_that_reach_it": own.reached,
        }
        for own in study.needed
    ]


def needed_seed_rows(study: StudyStatistics) -> Table:
    return [
        {
            "target": own.target.name(study.metric),
            "scheme": own.scheme,
            "seed": seed,
            "labels": labels,
        }
        for own in study.needed
        for seed, labels in zip(study.curves.seeds, own.per_seed, strict=True)
    ]


def saving_rows(study: StudyStatistics) -> Table:
    return [
        {
            "target": own.target.name(study.metric),
            "scheme": own.scheme,
            "saving": own.saving,
            "low": own.low,
            "high": own.high,
            "seeds": own.count,
            "bound": str(own.bound),
        }
        for own in study.savings
    ]
