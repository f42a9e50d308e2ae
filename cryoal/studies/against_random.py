"""Whether a scheme ever does harm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cryoal.studies.curves import Curves
from cryoal.studies.holm import holm
from cryoal.studies.paired import LEVEL, PairedTest, paired_test
from cryoal.studies.results import RANDOM


@dataclass(frozen=True)
class RandomCheck:
    """A scheme against random at each budget.

    Attributes:
        scheme: its name.
        labelled: budgets.
        tests: one a budget, scheme minus random.
        p_holm: p of each corrected for the number of budgets.
    """

    scheme: str
    labelled: tuple[int, ...]
    tests: tuple[PairedTest, ...]
    p_holm: tuple[float, ...]

    @property
    def tested(self) -> int:
        """Number of budgets with a test."""
        return sum(test.is_made for test in self.tests)

    @property
    def worse_at(self) -> tuple[int, ...]:
        """Budgets significantly below random with no correction: the strict reading."""
        pairs = zip(self.labelled, self.tests, strict=True)
        return tuple(labels for labels, test in pairs if test.is_worse)

    @property
    def surely_worse_at(self) -> tuple[int, ...]:
        """Those that are left after Holm's correction over the budgets."""
        corrected = dict(zip(self.labelled, self.p_holm, strict=True))
        return tuple(labels for labels in self.worse_at if corrected[labels] < LEVEL)

    @property
    def better_at(self) -> tuple[int, ...]:
        """Budgets significantly above random with no correction."""
        pairs = zip(self.labelled, self.tests, strict=True)
        return tuple(labels for labels, test in pairs if test.is_better)

    @property
    def worst(self) -> tuple[int, PairedTest] | None:
        """Budget whose interval reaches lowest: the most harm there could be; None without any."""
        known = [
            (test.difference.low, at)
            for at, test in enumerate(self.tests)
            if test.difference.is_known
        ]
        if not known:
            return None
        _, at = min(known)
        return self.labelled[at], self.tests[at]


def check_against_random(curves: Curves) -> list[RandomCheck]:
    """One check for each scheme but random; none where random was not run."""
    if RANDOM not in curves.schemes:
        return []
    return [check(curves, scheme) for scheme in curves.schemes if scheme != RANDOM]


def check(curves: Curves, scheme: str) -> RandomCheck:
    columns = zip(curves.of(scheme).T, curves.of(RANDOM).T, strict=True)
    tests = [paired_test(own, random) for own, random in columns]
    corrected = holm(np.array([test.p for test in tests]))
    labelled = tuple(curves.labelled.tolist())
    return RandomCheck(scheme, labelled, tuple(tests), tuple(corrected.tolist()))
