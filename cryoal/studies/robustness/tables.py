"""Everything of a robustness study as tables for other programs."""

from __future__ import annotations

from collections.abc import Sequence

from cryoal.studies.robustness.findings import Findings, Measurement
from cryoal.studies.robustness.sweep import Sweep
from cryoal.studies.tables import Table, interval_cells


def robustness_tables(findings: Findings) -> dict[str, Table]:
    """Tables by the name of their file; one of them without rows is left out."""
    tables: dict[str, Table] = {}
    for sweep in findings.sweeps:
        tables[sweep.name] = sweep_rows(sweep)
        tables[f"{sweep.name}_areas"] = area_rows(sweep)
        tables[f"{sweep.name}_savings"] = saving_rows(sweep)
    numbers = {
        "transfer": (findings.transfer, "accuracy"),
        "stability_correlation": (findings.correlation, "correlation"),
        "stability_query": (findings.overlap, "overlap_above_chance"),
        "junk": (findings.junk, "share"),
        "faults": (findings.faults, "accuracy_lost"),
    }
    for name, (measured, value) in numbers.items():
        tables[name] = mean_rows(measured, value)
        tables[f"{name}_by_seed"] = seed_rows(measured, value)
    for row in tables["junk"]:
        row["share_of_pool"] = findings.junk_share
    return {name: table for name, table in tables.items() if table}


def sweep_rows(sweep: Sweep) -> Table:
    """A scheme's area at each level, and what it is above random's."""
    rows: Table = []
    for scheme in sweep.schemes:
        gain = sweep.gain(scheme)
        for at, level in enumerate(sweep.levels):
            area = level.area(scheme)
            row = {"scheme": scheme, "level": level.tick, "area": area.mean, **interval_cells(area)}
            row["above_chance"] = str(level.is_learned)
            if gain is not None:
                test = gain.tests[at]
                row |= {
                    "minus_random": test.difference.mean,
                    "minus_random_low": test.difference.low,
                    "minus_random_high": test.difference.high,
                    "p": test.p,
                    "p_holm": gain.p_holm[at],
                }
            rows.append(row)
    columns = {name: None for row in rows for name in row}
    return [columns | row for row in rows]


def area_rows(sweep: Sweep) -> Table:
    return [
        {"scheme": scheme, "level": level.tick, "seed": seed, "area": float(area)}
        for level in sweep.levels
        for scheme, areas in level.study.areas.items()
        for seed, area in zip(level.study.curves.seeds, areas, strict=True)
    ]


def saving_rows(sweep: Sweep) -> Table:
    return [
        {
            "scheme": own.scheme,
            "level": level.tick,
            "target": own.target.name(level.study.metric),
            "saving": own.saving,
            "low": own.low,
            "high": own.high,
            "seeds": own.count,
            "bound": str(own.bound),
        }
        for level in sweep.levels
        for own in level.study.savings
    ]


def mean_rows(measured: Sequence[Measurement], value: str) -> Table:
    return [
        {**one.labels, value: one.interval.mean, **interval_cells(one.interval)} for one in measured
    ]


def seed_rows(measured: Sequence[Measurement], value: str) -> Table:
    return [
        {**one.labels, "seed": seed, value: number}
        for one in measured
        for seed, number in one.values.items()
    ]
