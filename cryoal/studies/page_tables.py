"""The tables of a study's page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cryoal.reports.tables import UNKNOWN, html_table, number
from cryoal.studies.costs import Cost
from cryoal.studies.curves import Array, Curves
from cryoal.studies.interval import t_interval
from cryoal.studies.paired import PairedTest
from cryoal.studies.penalty import mean_penalty
from cryoal.studies.results import ALL_LABELS, METRICS, PHASES, WITH_MEMORY
from cryoal.studies.statistics import StudyStatistics
from cryoal.studies.target import Target
from cryoal.studies.wording import (
    labels_text,
    limits,
    listed_or_all,
    metric_name,
    needed_limits,
    p_text,
    saving_limits,
    saving_text,
)


def ranking_table(study: StudyStatistics) -> str:
    """Schemes by area, with the ranks left open and what each cannot be told apart from."""
    penalties = dict(zip(study.curves.schemes, mean_penalty(study.penalty), strict=True))
    header = ["possible rank", "scheme", "area", "95 % interval", "seeds", "mean penalty"]
    rows = [
        [
            ranks(row.first_rank, row.last_rank) if row.area.count else UNKNOWN,
            row.scheme,
            number(row.area.mean),
            limits(row.area),
            str(row.area.count),
            number(float(penalties[row.scheme]), "{:.2f}"),
            listed_or_all(row.like, len(study.standings) - 1, "any other") or UNKNOWN,
        ]
        for row in study.standings
    ]
    header += ["not distinguishable from"]
    return html_table(header, rows, words=(1, 6))


def ranks(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def joined(names: Sequence[str]) -> str:
    return ", ".join(names) or UNKNOWN


def pairs_table(study: StudyStatistics) -> str:
    """Every two schemes; the smallest p first."""
    pairs = sorted(study.pairs, key=lambda pair: (not pair.test.is_made, pair.test.p))
    rows = [
        [
            f"{pair.first} − {pair.second}",
            f"{pair.test.difference.mean:+.3f}" if pair.test.difference.count else UNKNOWN,
            limits(pair.test.difference, "{:+.3f}"),
            str(pair.test.difference.count),
            number(pair.test.statistic, "{:.2f}"),
            p_text(pair.test.p),
            p_text(pair.p_holm),
        ]
        for pair in pairs
    ]
    header = ["difference of areas", "mean", "95 % interval", "seeds", "t", "p", "p, Holm"]
    return html_table(header, rows)


def random_table(study: StudyStatistics) -> str:
    """Where each scheme is above and below random, best scheme first."""
    checks = {check.scheme: check for check in study.checks}
    rows = []
    for check in (checks[row.scheme] for row in study.standings if row.scheme in checks):
        worst = check.worst
        where, least = (UNKNOWN, UNKNOWN) if worst is None else difference(*worst)
        below = [f"{at}*" if at in check.surely_worse_at else str(at) for at in check.worse_at]
        above = [str(at) for at in check.better_at]
        rows.append([check.scheme, joined(above), joined(below), str(check.tested), where, least])
    header = ["scheme", "above random at", "below random at", "budgets tested"]
    header += ["most harm possible at", "difference there, 95 % interval"]
    return html_table(header, rows, words=(0, 1, 2))


def difference(labels: int, test: PairedTest) -> tuple[str, str]:
    inside = limits(test.difference, "{:+.3f}")
    return str(labels), f"{test.difference.mean:+.3f} ({inside})"


def needed_table(study: StudyStatistics, target: Target) -> str:
    """Labels to a target and what that saves over random."""
    first, last = int(study.curves.labelled[0]), int(study.curves.labelled[-1])
    needed = {own.scheme: own for own in study.needed if own.target == target}
    savings = {own.scheme: own for own in study.savings if own.target == target}
    rows = []
    for scheme in (row.scheme for row in study.standings):
        own, saved = needed[scheme], savings.get(scheme)
        rows.append(
            [
                scheme,
                labels_text(own.labels, last),
                needed_limits(own, first, last),
                f"{own.reached} of {own.count}",
                UNKNOWN if saved is None else saving_text(saved),
                UNKNOWN if saved is None else saving_limits(saved),
            ]
        )
    header = [
        "scheme",
        "labels",
        "95 % interval",
        "seeds that reach it",
        "saving over random",
        "95 % interval",
    ]
    return html_table(header, rows)


def metrics_table(study: StudyStatistics) -> str:
    """Every metric at the last budget, and of the model trained on all labels."""
    order = [row.scheme for row in study.standings]
    names = [name for name in METRICS if not np.isnan(study.described[name].values).all()]
    rows = [
        [scheme, *(last_cell(study.described[name], scheme) for name in names)] for scheme in order
    ]
    ceiling = [mean_cell(study.described[name].ceiling) for name in names]
    if any(cell != UNKNOWN for cell in ceiling):
        rows.append([ALL_LABELS, *ceiling])
    return html_table(["scheme", *(metric_name(name) for name in names)], rows)


def last_cell(curves: Curves, scheme: str) -> str:
    return mean_cell(curves.of(scheme)[:, -1])


def mean_cell(values: Array) -> str:
    interval = t_interval(values)
    if not interval.is_known:
        return number(interval.mean)
    return f"{interval.mean:.3f} ± {interval.high - interval.mean:.3f}"


def over_budgets_table(study: StudyStatistics) -> str:
    """Gaps, overlap and spread of the queries: means over budgets, intervals over seeds."""
    names = {
        "accuracy gap": "accuracy on labels − on test items",
        "loss gap": "loss on test items − on labels",
        "overlap": "share of the query among the largest true gradient norms",
        "effective classes": "effective classes of a query, share of all",
    }
    known = [name for name in names if not np.isnan(study.described[name].values).all()]
    rows = [
        [row.scheme, *(mean_cell(seed_means(study.described[n], row.scheme)) for n in known)]
        for row in study.standings
    ]
    return html_table(["scheme", *(names[name] for name in known)], rows) if known else ""


def seed_means(curves: Curves, scheme: str) -> Array:
    """(seeds,) mean over the budgets that were measured; NaN for a seed without any."""
    values = curves.of(scheme)
    known = ~np.isnan(values)
    sums, counts = np.where(known, values, 0.0).sum(axis=1), known.sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def costs_table(study: StudyStatistics) -> str:
    """Seconds of each phase, and memory of those that it was measured of."""
    schemes = list(dict.fromkeys(cost.scheme for cost in study.costs))
    costs = {(cost.scheme, cost.phase): cost for cost in study.costs}
    header = ["scheme", *(f"{p}, s" for p in PHASES), *(f"{p}, MB" for p in WITH_MEMORY)]
    rows = [
        [
            scheme,
            *(seconds(costs.get((scheme, phase))) for phase in PHASES),
            *(memory(costs.get((scheme, phase))) for phase in WITH_MEMORY),
        ]
        for scheme in schemes
    ]
    return html_table(header, rows)


def seconds(cost: Cost | None) -> str:
    return UNKNOWN if cost is None else number(cost.seconds, "{:,.2f}")


def memory(cost: Cost | None) -> str:
    return UNKNOWN if cost is None else number(cost.memory_mb, "{:,.0f}")
