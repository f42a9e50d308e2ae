"""Conditions, their folders, and what may be added."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_runs import tiny_settings

from cryoal.errors import CryoalError
from cryoal.studies import Arm, StudyPlan
from cryoal.studies.robustness import RobustnessPlan
from cryoal.studies.robustness.condition import Condition, conditions_there


def make_plan(path: Path, *snrs: float, wrong: tuple[float, ...] = (), **changes: object):
    settings = tiny_settings(Path("pool"), **changes)
    return RobustnessPlan(path, (Arm("random"),), 1, settings, snrs, wrong)


def begin(plan: RobustnessPlan) -> None:
    plan.write()
    for one in plan.conditions:
        StudyPlan(plan.path / one.folder, plan.arms, 1, plan.settings).write()


def test_conditions_go_from_the_least_noise_to_the_most(tmp_path: Path) -> None:
    plan = make_plan(tmp_path / "s", 0.01, 0.1, 0.05, wrong=(0.3, 0.1))
    names = ["snr-0.1", "snr-0.05", "snr-0.01", "label-noise-0.1", "label-noise-0.3"]
    assert [one.folder for one in plan.conditions] == names
    assert {one.snr for one in plan.conditions if one.label_noise} == {0.1}
    begin(plan)
    (tmp_path / "s" / "snr-notes").mkdir()
    assert conditions_there(tmp_path / "s") == plan.conditions


def test_other_settings_and_other_studies_are_refused(tmp_path: Path) -> None:
    begin(make_plan(tmp_path / "s", 0.1))
    begin(make_plan(tmp_path / "s", 0.05, cycles=4))
    with pytest.raises(CryoalError, match=r"other settings: budget \(3 became 4\)"):
        make_plan(tmp_path / "s", 0.1, budget="4", cycles=4).write()
    StudyPlan(tmp_path / "c", (Arm("random"),), 1, tiny_settings(Path("pool"))).write()
    with pytest.raises(CryoalError, match="not empty and not a study of this kind"):
        make_plan(tmp_path / "c", 0.1).write()


def test_wrong_answers_belong_to_the_highest_ratio(tmp_path: Path) -> None:
    begin(make_plan(tmp_path / "s", 0.1, wrong=(0.2,)))
    with pytest.raises(CryoalError, match=r"studied at SNR 0\.1, so 0\.5 cannot be added"):
        make_plan(tmp_path / "s", 0.5, 0.1).check_cleanest()
    with pytest.raises(CryoalError, match=r"at its highest SNR, 0\.1; name it"):
        make_plan(tmp_path / "s", 0.05, wrong=(0.3,)).check_cleanest()
    make_plan(tmp_path / "s", 0.1, 0.05, wrong=(0.3,)).check_cleanest()
    make_plan(tmp_path / "t", 0.1, wrong=(0.3,)).check_cleanest()


def test_titles() -> None:
    assert Condition(0.05).title == "SNR 0.05"
    assert Condition(0.05, 0.1).title == "10 % wrong answers"
