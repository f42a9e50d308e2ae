"""Numbers of single runs, and their means over seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cryoal.studies.interval import Interval, t_interval
from cryoal.studies.tables import Table

Keys = Mapping[str, str | int]


@dataclass(frozen=True)
class Measurement:
    """Numbers of one run that belong together, such as those of one cycle and one loss.

    Attributes:
        keys: what they belong to; equal over the seeds.
        seed: of the run.
        sizes: how many items (or cycles) the values were computed from.
        values: by name; None where one is not defined.
    """

    keys: Keys
    seed: int
    sizes: Mapping[str, int]
    values: Mapping[str, float | None]


@dataclass(frozen=True)
class Mean:
    """Measurements over seeds.

    Attributes:
        keys: of all of them.
        sizes: of each run; the smallest where they differ.
        intervals: of each value.
    """

    keys: Keys
    sizes: Mapping[str, int]
    intervals: Mapping[str, Interval]


def means_of(measurements: Sequence[Measurement]) -> list[Mean]:
    """One for each different ``keys``, in the order of their first run."""
    groups: dict[tuple[str | int, ...], list[Measurement]] = {}
    for one in measurements:
        groups.setdefault(tuple(one.keys.values()), []).append(one)
    return [mean_of(group) for group in groups.values()]


def mean_of(group: Sequence[Measurement]) -> Mean:
    first = group[0]
    return Mean(
        first.keys,
        {name: min(one.sizes[name] for one in group) for name in first.sizes},
        {name: interval_of([one.values[name] for one in group]) for name in first.values},
    )


def interval_of(values: Sequence[float | None]) -> Interval:
    known = [np.nan if value is None else value for value in values]
    return t_interval(np.array(known, dtype=np.float64))


def mean_table(means: Sequence[Mean]) -> Table:
    """A row each; limits where there are three seeds, and the number of seeds of each value."""
    return [
        {
            **mean.keys,
            **mean.sizes,
            **{
                name + ending: value
                for name, interval in mean.intervals.items()
                for ending, value in (
                    ("", interval.mean),
                    ("_low", interval.low),
                    ("_high", interval.high),
                    ("_seeds", interval.count),
                )
            },
        }
        for mean in means
    ]


def seed_table(measurements: Sequence[Measurement]) -> Table:
    """A row each."""
    return [{**one.keys, "seed": one.seed, **one.sizes, **one.values} for one in measurements]
