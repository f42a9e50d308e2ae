from __future__ import annotations

from pathlib import Path

import pytest
from tiny_runs import tiny_settings

from cryoal.errors import CryoalError
from cryoal.studies import Arm, StudyPlan, cells_there, parse_arm, read_common
from cryoal.studies.results import ALL_LABELS


def make_plan(path: Path, *arms: Arm, seeds: int = 2, **changes: object) -> StudyPlan:
    return StudyPlan(path, arms, seeds, tiny_settings(Path("pool"), **changes))


def test_cells_go_seed_by_seed_with_a_ceiling_each(tmp_path: Path) -> None:
    cells = make_plan(tmp_path, Arm("random"), Arm("badge", pretrain=True)).cells
    assert [(cell.arm.name, cell.seed) for cell in cells] == [
        ("random", 0),
        ("badge+pretrain", 0),
        (ALL_LABELS, 0),
        ("random", 1),
        ("badge+pretrain", 1),
        (ALL_LABELS, 1),
    ]
    assert len({cell.path for cell in cells}) == len(cells)


def test_the_ceiling_is_pretrained_where_all_arms_are(tmp_path: Path) -> None:
    cells = make_plan(tmp_path, Arm("random", pretrain=True), seeds=1).cells
    assert cells[-1].arm == Arm(ALL_LABELS, pretrain=True)


def test_a_study_goes_on_with_its_settings_only(tmp_path: Path) -> None:
    path = tmp_path / "study"
    make_plan(path, Arm("random")).write()
    make_plan(path, Arm("margin"), seeds=5).write()
    assert read_common(path).budget == "3"
    make_plan(path, Arm("random"), cycles=4).write()
    assert read_common(path).cycles == 4
    with pytest.raises(CryoalError, match=r"cycles \(4 became 3\)"):
        make_plan(path, Arm("random"), cycles=3).write()
    with pytest.raises(CryoalError, match=r"other settings: budget \(3 became 4\)"):
        make_plan(path, Arm("random"), budget="4", cycles=4).write()


def test_one_process_works_on_a_study(tmp_path: Path) -> None:
    plan = make_plan(tmp_path / "study", Arm("random"))
    plan.write()
    with plan.locked(), pytest.raises(CryoalError, match="another process works on this study"):
        plan.locked().__enter__()
    with plan.locked():
        pass


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(CryoalError, match="not empty and not a study"):
        make_plan(tmp_path, Arm("random")).write()
    with pytest.raises(CryoalError, match="begin one with 'cryoal compare'"):
        read_common(tmp_path)


def test_cells_of_earlier_calls_are_found(tmp_path: Path) -> None:
    for name in (
        "balanced-random-0",
        "badge+pretrain-12",
        "margin+self-train-3",
        "notes-x",
        "all-labels-1",
        "all-labels+pretrain-1",
    ):
        (tmp_path / "cells" / name).mkdir(parents=True)
    known = make_plan(tmp_path, Arm("random"), seeds=2).cells
    assert [(cell.arm, cell.seed) for cell in cells_there(tmp_path, known)] == [
        (Arm("badge", pretrain=True), 12),
        (Arm("balanced-random"), 0),
        (Arm("margin", self_train=True), 3),
    ]


def test_arms_by_name() -> None:
    assert parse_arm(" badge ") == Arm("badge")
    assert parse_arm("badge+pretrain") == Arm("badge", pretrain=True)
    assert parse_arm("badge", pretrain=True).name == "badge+pretrain"
    both = Arm("badge", pretrain=True, self_train=True)
    assert parse_arm("badge+self-train+pretrain") == both == parse_arm(both.name)
    assert parse_arm("badge", self_train=True).name == "badge+self-train"
    with pytest.raises(CryoalError, match="did you mean badge"):
        parse_arm("bagde")
    with pytest.raises(CryoalError, match=r"only \+pretrain and \+self-train can follow"):
        parse_arm("badge+dropout")
