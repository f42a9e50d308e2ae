"""Everything that is computed from a robustness study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cryoal.pools import SubtomogramPool
from cryoal.studies.chance import Skills
from cryoal.studies.curves import Array
from cryoal.studies.interval import Interval, t_interval
from cryoal.studies.results import ALL_LABELS, CellResult
from cryoal.studies.robustness.condition import Condition
from cryoal.studies.robustness.faults import FAULTS, UNCHANGED, Fault, FaultProbe
from cryoal.studies.robustness.junk import junk_classes, query_shares, share_of_pool
from cryoal.studies.robustness.probe import Probe
from cryoal.studies.robustness.stability import VIEWS, StabilityProbe
from cryoal.studies.robustness.sweep import Level, Sweep, make_sweep
from cryoal.studies.robustness.transfer import TransferProbe
from cryoal.studies.statistics import study_statistics
from cryoal.studies.target import Target

NOISE = "noise"
"""Name of the sweep over ratios."""


@dataclass(frozen=True)
class Gathered:
    """A condition's results.

    Attributes:
        results: rows of its study.
        expected: schemes and seeds that it is to hold.
    """

    results: Sequence[CellResult]
    expected: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Measurement:
    """A number over seeds.

    Attributes:
        labels: what it belongs to, such as scheme and ratio.
        values: by seed.
    """

    labels: Mapping[str, str]
    values: Mapping[int, float]

    @property
    def interval(self) -> Interval:
        """Mean and 95 % limits over the seeds."""
        return t_interval(np.array([*self.values.values()], dtype=np.float64))


@dataclass(frozen=True)
class Findings:
    """A robustness study in numbers; what was not measured is empty.

    Attributes:
        sweeps: over ratios and over wrong answers, of two levels or more or the only one there.
        transfer: accuracy of the model trained on all labels, by ``trained`` and ``tested``.
        correlation, overlap: of rankings under fresh noise, by ``scheme``, ``snr`` and ``views``;
            the overlap of queries is what it is above chance.
        junk: share of the queries, by ``scheme`` and ``snr``.
        junk_names: classes that are junk.
        junk_share: of the pool.
        faults: accuracy lost, by ``scheme``, ``fault`` and ``amount``.
        unchanged: accuracy without a fault, by ``scheme``.
        missing: a sentence for each cell that is not there.
    """

    sweeps: Sequence[Sweep]
    transfer: Sequence[Measurement]
    correlation: Sequence[Measurement]
    overlap: Sequence[Measurement]
    junk: Sequence[Measurement]
    junk_names: Sequence[str]
    junk_share: float
    faults: Sequence[Measurement]
    unchanged: Sequence[Measurement]
    missing: Sequence[str]

    def skills(self, snr: str) -> Skills:
        """Whether models have learned anything at a ratio, with right answers."""
        levels = [level for sweep in self.sweeps if sweep.name == NOISE for level in sweep.levels]
        return next((level.study.skills for level in levels if level.tick == snr), Skills())


def find(
    gathered: Mapping[Condition, Gathered],
    probes: Iterable[Probe],
    pool: SubtomogramPool,
    junk: Sequence[str],
    targets: Sequence[Target],
) -> Findings:
    """Everything at once.

    Args:
        gathered: by condition, from the least noise to the most, ratios before wrong answers;
            those without any result may be among them.
        probes: whose numbers count, as far as they are kept.
        pool: the cleanest.
        junk: how names of junk classes begin.
        targets: heights to count labels to.
    """
    levels = {
        condition: Level(
            condition.title,
            tick(condition),
            study_statistics(own.results, "accuracy", targets, own.expected),
        )
        for condition, own in gathered.items()
        if own.results
    }
    places = junk_classes(pool.classes, junk)
    kinds: dict[type[Probe], list[Probe]] = {}
    for probe in probes:
        kinds.setdefault(type(probe), []).append(probe)
    stability = kinds.get(StabilityProbe, [])
    faults = kinds.get(FaultProbe, [])
    return Findings(
        sweeps=sweeps_of(levels),
        transfer=transfer_of(kinds.get(TransferProbe, [])),
        correlation=stability_of(stability, "correlation", 0.0),
        overlap=stability_of(stability, "overlap", 1.0),
        junk=junk_of(gathered, places) if places else [],
        junk_names=[pool.classes[at] for at in places],
        junk_share=share_of_pool(pool, places),
        faults=[one for fault in FAULTS for one in losses_of(faults, fault)],
        unchanged=unchanged_of(faults),
        missing=[f"{c.title}: {text}" for c in levels for text in levels[c].study.missing],
    )


def tick(condition: Condition) -> str:
    """The condition on an axis."""
    return f"{condition.label_noise or condition.snr:g}"


def sweeps_of(levels: Mapping[Condition, Level]) -> list[Sweep]:
    """Over the ratios, and over wrong answers from none at the same ratio on."""
    ratios = {c: level for c, level in levels.items() if not c.label_noise}
    wrong = {c: level for c, level in levels.items() if c.label_noise}
    sweeps = []
    if ratios:
        axis = "signal-to-noise ratio"
        sweeps.append(make_sweep(NOISE, "Noise in the boxes", axis, [*ratios.values()]))
    if wrong:
        snr = next(iter(wrong)).snr
        right = [
            Level("no wrong answers", "0", own.study) for c, own in ratios.items() if c.snr == snr
        ]
        sweeps.append(
            make_sweep(
                "label_noise",
                f"Wrong answers at SNR {snr:g}",
                "share of wrong answers",
                [*right, *wrong.values()],
            )
        )
    return sweeps


class Collector:
    """Numbers of single seeds put together by what they belong to."""

    def __init__(self) -> None:
        self.found: dict[tuple[tuple[str, str], ...], dict[int, float]] = {}

    def add(self, seed: int, value: float | None, **labels: str) -> None:
        if value is not None:
            self.found.setdefault(tuple(labels.items()), {})[seed] = value

    def measurements(self) -> list[Measurement]:
        """In the order of their first number, seeds ascending."""
        return [
            Measurement(dict(labels), dict(sorted(values.items())))
            for labels, values in self.found.items()
        ]


def transfer_of(probes: Sequence[Probe]) -> list[Measurement]:
    collector = Collector()
    for probe in probes:
        for tested, numbers in probe.kept().items():
            trained = tick(probe.condition)
            collector.add(probe.cell.seed, numbers["accuracy"], trained=trained, tested=tested)
    return collector.measurements()


def stability_of(probes: Sequence[Probe], name: str, chance: float) -> list[Measurement]:
    """Of one number, less ``chance`` times what chance gives."""
    collector = Collector()
    for probe in probes:
        kept = probe.kept()
        for views in (str(views) for views in VIEWS if str(views) in kept):
            value, expected = kept[views][name], kept[views]["chance"]
            snr = tick(probe.condition)
            if value is not None and expected is not None:
                value -= chance * expected
            collector.add(probe.cell.seed, value, scheme=probe.cell.arm.name, snr=snr, views=views)
    return collector.measurements()


def junk_of(gathered: Mapping[Condition, Gathered], places: Sequence[int]) -> list[Measurement]:
    collector = Collector()
    for condition, own in gathered.items():
        if condition.label_noise:
            continue
        schemes = dict.fromkeys(row.scheme for row in own.results if row.scheme != ALL_LABELS)
        seeds = sorted({row.seed for row in own.results})
        for scheme in schemes:
            shares: Array = query_shares(own.results, scheme, seeds, places)
            for seed, share in zip(seeds, shares.tolist(), strict=True):
                known = None if np.isnan(share) else share
                collector.add(seed, known, scheme=scheme, snr=f"{condition.snr:g}")
    return collector.measurements()


def losses_of(probes: Sequence[Probe], fault: Fault) -> list[Measurement]:
    collector = Collector()
    for probe in probes:
        kept = probe.kept()
        if not {UNCHANGED, fault.key} <= kept.keys():
            continue
        before, after = kept[UNCHANGED]["accuracy"], kept[fault.key]["accuracy"]
        assert before is not None
        assert after is not None
        collector.add(
            probe.cell.seed,
            before - after,
            scheme=probe.cell.arm.name,
            fault=fault.kind,
            amount=fault.amount,
        )
    return collector.measurements()


def unchanged_of(probes: Sequence[Probe]) -> list[Measurement]:
    collector = Collector()
    for probe in probes:
        kept = probe.kept()
        if UNCHANGED in kept:
            collector.add(probe.cell.seed, kept[UNCHANGED]["accuracy"], scheme=probe.cell.arm.name)
    return collector.measurements()
