"""All pairs of schemes, by the area under their curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from cryoal.studies.curves import Array
from cryoal.studies.holm import holm
from cryoal.studies.paired import LEVEL, PairedTest, paired_test


@dataclass(frozen=True)
class Pair:
    """Two schemes compared.

    Attributes:
        first, second: their names.
        test: of the areas of ``first`` minus those of ``second``.
        p_holm: p corrected for the number of pairs; NaN where no test was made.
    """

    first: str
    second: str
    test: PairedTest
    p_holm: float

    @property
    def winner(self) -> str | None:
        """The scheme that is significantly better after correction, if one is."""
        if not self.p_holm < LEVEL:
            return None
        return self.first if self.test.difference.mean > 0 else self.second


def all_pairs(areas: Mapping[str, Array]) -> list[Pair]:
    """Paired tests of every two schemes, with Holm's correction over all of them.

    Args:
        areas: (seeds,) by scheme, NaN where missing.
    """
    names = list(combinations(areas, 2))
    tests = [paired_test(areas[first], areas[second]) for first, second in names]
    corrected = holm(np.array([test.p for test in tests]))
    return [
        Pair(first, second, test, float(p))
        for (first, second), test, p in zip(names, tests, corrected, strict=True)
    ]
