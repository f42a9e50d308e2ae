"""Ranks that the tests leave open."""

from __future__ import annotations

import numpy as np

from cryoal.studies.holm import holm
from cryoal.studies.paired import paired_test
from cryoal.studies.pairs import all_pairs
from cryoal.studies.ranking import ranking

LUCK = np.array([0.0, 0.02, 0.05, 0.03])
WOBBLE = np.array([0.001, -0.001, 0.002, 0.0])
AREAS = {
    "low": 0.3 + LUCK + 2 * WOBBLE,
    "twin": 0.6 + LUCK + WOBBLE,
    "best": 0.6004 + LUCK,
    "middle": 0.5 + LUCK + 3 * WOBBLE[::-1],
}


def test_pairs_are_corrected_over_all_of_them() -> None:
    pairs = all_pairs(AREAS)
    assert len(pairs) == 6
    raw = np.array([paired_test(AREAS[p.first], AREAS[p.second]).p for p in pairs])
    np.testing.assert_allclose([pair.p_holm for pair in pairs], holm(raw))


def test_schemes_that_cannot_be_told_apart_share_their_ranks() -> None:
    standings = {row.scheme: row for row in ranking(AREAS, all_pairs(AREAS))}
    assert list(standings) == ["twin", "best", "middle", "low"]
    assert standings["best"].like == ("twin",)
    assert standings["twin"].like == ("best",)
    ranks = {name: (row.first_rank, row.last_rank) for name, row in standings.items()}
    assert ranks == {"twin": (1, 2), "best": (1, 2), "middle": (3, 3), "low": (4, 4)}
    assert standings["best"].below == ("middle", "low")
    assert standings["low"].above == ("twin", "best", "middle")


def test_two_seeds_leave_every_rank_open() -> None:
    areas = {name: values[:2] for name, values in AREAS.items()}
    for row in ranking(areas, all_pairs(areas)):
        assert (row.first_rank, row.last_rank) == (1, 4)
        assert row.like == ()
        assert len(row.untested) == 3


def test_scheme_without_a_whole_curve_comes_last() -> None:
    areas = {"none": np.full(4, np.nan)} | AREAS
    assert ranking(areas, all_pairs(areas))[-1].scheme == "none"
