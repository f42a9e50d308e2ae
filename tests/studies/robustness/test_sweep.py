"""Schemes against random over conditions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from study_results import flat_study

from cryoal.studies.holm import holm
from cryoal.studies.robustness.sweep import Level, Sweep, make_sweep
from cryoal.studies.statistics import study_statistics

RANDOM = np.array([[0.3, 0.5], [0.31, 0.52], [0.29, 0.51], [0.32, 0.5]])


def level(tick: str, gains: list[float], seeds: int = 4) -> Level:
    own = RANDOM + np.array(gains)[:, None]
    curves = {"random": RANDOM[:seeds].tolist(), "a": own[:seeds].tolist()}
    return Level(f"SNR {tick}", tick, study_statistics(flat_study(curves, [10, 20])))


@pytest.fixture
def sweep() -> Sweep:
    levels = [
        level("0.1", [0.05, 0.06, 0.055, 0.052]),
        level("0.05", [0.02, 0.05, 0.03, 0.01]),
        level("0.01", [0.01, -0.01, 0.0, 0.002]),
    ]
    return make_sweep("noise", "Noise", "signal-to-noise ratio", levels)


def test_tests_are_paired_and_corrected_over_the_levels(sweep: Sweep) -> None:
    gain = sweep.gain("a")
    assert gain is not None
    p = stats.ttest_1samp([0.02, 0.05, 0.03, 0.01], 0).pvalue
    assert gain.tests[1].p == pytest.approx(p)
    assert p < 0.05
    expected = holm(np.array([test.p for test in gain.tests]))
    assert gain.p_holm == pytest.approx(expected)
    assert [gain.is_sure(at) for at in range(3)] == [True, False, False]


def test_areas_are_means_over_seeds(sweep: Sweep) -> None:
    area = sweep.levels[0].area("random")
    assert area.mean == pytest.approx(RANDOM.mean())
    assert area.count == 4
    assert sweep.levels[0].area("unknown").count == 0


def test_two_seeds_test_nothing() -> None:
    made = make_sweep("noise", "Noise", "x", [level("0.1", [0.05, 0.06, 0, 0], seeds=2)])
    gain = made.gain("a")
    assert gain is not None
    assert not gain.tests[0].is_made
    assert not gain.is_sure(0)


def test_a_scheme_that_one_level_lacks() -> None:
    lone = Level("SNR 0.05", "0.05", study_statistics(flat_study({"random": RANDOM}, [10, 20])))
    made = make_sweep("noise", "Noise", "x", [level("0.1", [0.05, 0.06, 0.055, 0.052]), lone])
    gain = made.gain("a")
    assert gain is not None
    assert [test.is_made for test in gain.tests] == [True, False]
    assert gain.p_holm[0] == pytest.approx(gain.tests[0].p)
    assert lone.main_saving("a") is None


def test_without_random_there_are_no_gains() -> None:
    own = study_statistics(flat_study({"a": RANDOM}, [10, 20]))
    assert make_sweep("noise", "Noise", "x", [Level("SNR 1", "1", own)]).gains == ()
