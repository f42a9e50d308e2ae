"""Made-up results of robustness studies, seeded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from small_pools import bars
from study_results import made_up_study

from cryoal.studies.results import ALL_LABELS
from cryoal.studies.robustness.condition import Condition
from cryoal.studies.robustness.faults import FAULTS
from cryoal.studies.robustness.findings import Findings, Gathered, Measurement, find
from cryoal.studies.target import DEFAULT_TARGETS

SNRS = (0.1, 0.05, 0.01)


def gathered(schemes: int, seeds: int, wrong: tuple[float, ...]) -> dict[Condition, Gathered]:
    """Accuracy falls with the noise by factors."""
    conditions = [*map(Condition, SNRS), *(Condition(SNRS[0], chance) for chance in wrong)]
    made = {}
    for place, condition in enumerate(conditions):
        factor = (1 - condition.label_noise) * (0.9 ** SNRS.index(condition.snr))
        rows = [
            replace(
                row,
                accuracy=row.accuracy * factor,
                query_counts=row.query_counts and row.query_counts[:3],
            )
            for row in made_up_study(schemes, seeds=seeds, budgets=3, noise=0.01 * (place + 1))
        ]
        made[condition] = Gathered(rows, [(row.scheme, row.seed) for row in rows])
    return made


def made_up_findings(
    schemes: int = 4, seeds: int = 3, wrong: tuple[float, ...] = (0.1, 0.3)
) -> Findings:
    """Findings with everything measured; class0 is junk."""
    pool = bars(30)
    findings = find(gathered(schemes, seeds, wrong), [], pool, ["class0"], DEFAULT_TARGETS)  # type: ignore[arg-type]
    generator = np.random.default_rng(3)

    def over_seeds(mean: float, **labels: str) -> Measurement:
        values = mean + 0.02 * generator.standard_normal(seeds)
        return Measurement(labels, dict(enumerate(values.tolist())))

    names = [name for name in findings.sweeps[0].schemes if name != "random"]
    ticks = [f"{snr:g}" for snr in SNRS]
    views = [(name, snr, v) for name in names for snr in ticks[1:] for v in ("1", "8")]
    return replace(
        findings,
        transfer=[
            over_seeds(0.9 - 0.1 * abs(i - j) - 0.1 * j, trained=ticks[i], tested=ticks[j])
            for i in range(3)
            for j in range(3)
        ],
        correlation=[
            over_seeds(0.4 + 0.03 * float(v), scheme=name, snr=snr, views=v)
            for name, snr, v in views
        ],
        overlap=[
            over_seeds(0.2 + 0.02 * float(v), scheme=name, snr=snr, views=v)
            for name, snr, v in views
        ],
        faults=[
            over_seeds(0.05 * place, scheme=name, fault=fault.kind, amount=fault.amount)
            for place, fault in enumerate(FAULTS)
            for name in (*findings.sweeps[0].schemes, ALL_LABELS)
        ],
        unchanged=[over_seeds(0.8, scheme=name) for name in (*names, ALL_LABELS)],
    )
