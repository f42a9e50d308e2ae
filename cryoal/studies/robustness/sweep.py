"""The same comparison under more and more noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cryoal.studies.holm import holm
from cryoal.studies.interval import Interval, t_interval
from cryoal.studies.paired import LEVEL, PairedTest, paired_test
from cryoal.studies.results import RANDOM
from cryoal.studies.saving import Saving
from cryoal.studies.statistics import StudyStatistics
from cryoal.studies.target import TargetKind

AT_CHANCE = "at chance"
"""What is shown of a level at which no scheme ends above chance."""


@dataclass(frozen=True)
class Level:
    """One condition.

    Attributes:
        name: for people, such as ``SNR 0.05``.
        tick: the same on an axis, such as ``0.05``.
        study: its numbers.
    """

    name: str
    tick: str
    study: StudyStatistics

    @property
    def is_learned(self) -> bool:
        """Whether any scheme ends above chance; else what schemes do differs by luck alone."""
        return self.study.skills.last.is_above

    def area(self, scheme: str) -> Interval:
        """Area under the budget curve, over the seeds."""
        return t_interval(self.study.areas.get(scheme, np.full(1, np.nan)))

    def savings(self, scheme: str) -> list[Saving]:
        """Over random, to each target."""
        return [own for own in self.study.savings if own.scheme == scheme]

    def main_saving(self, scheme: str) -> Saving | None:
        """Over random, to what random has at its last budget."""
        kinds = {own.target.kind: own for own in self.savings(scheme)}
        return kinds.get(TargetKind.RANDOM_LAST) or next(iter(kinds.values()), None)


@dataclass(frozen=True)
class Gain:
    """A scheme against random under each condition.

    Attributes:
        scheme: its name.
        tests: one a level, area of the scheme minus random's.
        p_holm: p of each, corrected for the number of levels.
    """

    scheme: str
    tests: tuple[PairedTest, ...]
    p_holm: tuple[float, ...]

    def is_sure(self, at: int) -> bool:
        """Whether the scheme differs from random at this level, after the correction."""
        return self.p_holm[at] < LEVEL


@dataclass(frozen=True)
class Sweep:
    """Conditions in order.

    Attributes:
        name: of figures and tables, such as ``noise``.
        title: heading.
        axis: what changes from level to level.
        levels: from the least noise to the most.
        schemes: all that any level has, without ``all-labels``.
        gains: one for each scheme but random; none where that was not run.
    """

    name: str
    title: str
    axis: str
    levels: tuple[Level, ...]
    schemes: tuple[str, ...]
    gains: tuple[Gain, ...]

    def gain(self, scheme: str) -> Gain | None:
        return next((gain for gain in self.gains if gain.scheme == scheme), None)

    def ceiling(self, at: int) -> Interval:
        """What the model trained on all labels has at a level."""
        return t_interval(self.levels[at].study.curves.ceiling)


def make_sweep(name: str, title: str, axis: str, levels: Sequence[Level]) -> Sweep:
    """A sweep with its tests."""
    schemes = tuple(dict.fromkeys(s for level in levels for s in level.study.curves.schemes))
    gains = tuple(gain_of(levels, s) for s in schemes if RANDOM in schemes and s != RANDOM)
    return Sweep(name, title, axis, tuple(levels), schemes, gains)


def gain_of(levels: Sequence[Level], scheme: str) -> Gain:
    tests = tuple(against_random(level.study, scheme) for level in levels)
    corrected = holm(np.array([test.p for test in tests]))
    return Gain(scheme, tests, tuple(corrected.tolist()))


def against_random(study: StudyStatistics, scheme: str) -> PairedTest:
    areas: Mapping[str, np.ndarray] = study.areas
    missing = np.full(len(study.curves.seeds), np.nan)
    return paired_test(areas.get(scheme, missing), areas.get(RANDOM, missing))
