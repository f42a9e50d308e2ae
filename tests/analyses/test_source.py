"""What can be named to be analysed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cryoal.analyses.source import find_sources, run_source
from cryoal.analyses.subject import opened
from cryoal.errors import CryoalError
from cryoal.runs import RunFolder
from cryoal.runs.journal import OUTPUTS


def copy_of(run: Path, target: Path, *changes: tuple[str, str]) -> Path:
    """A copy of a run with other settings."""
    shutil.copytree(run, target)
    text = (target / "config.yaml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (target / "config.yaml").write_text(text)
    return target


def test_a_run_goes_by_its_scheme_and_seed(run: Path) -> None:
    (source,) = find_sources([run], "bounds", takes_studies=False)
    assert source.name == "entropy, seed 0"
    assert source.path == run


def test_a_study_is_all_its_runs_but_those_on_all_labels(study: Path, tmp_path: Path) -> None:
    path = tmp_path / "study"
    shutil.copytree(study, path)
    shutil.copytree(path / "cells" / "random-0", path / "cells" / "all-labels-0")
    (path / "cells" / "margin-0").mkdir()  # never begun
    sources = find_sources([path], "gap", takes_studies=True)
    assert [source.name for source in sources] == ["entropy, seed 0", "random, seed 0"]


def test_runs_of_other_seeds_and_schemes_go_together(run: Path, tmp_path: Path) -> None:
    second = copy_of(run, tmp_path / "b", ("seed: 0", "seed: 7"), ("cycles: 3", "cycles: 4"))
    third = copy_of(run, tmp_path / "c", ("scheme: entropy", "scheme: margin"))
    sources = find_sources([run, second, third], "bounds", takes_studies=False)
    assert [source.name for source in sources] == [
        "entropy, seed 0",
        "entropy, seed 7",
        "margin, seed 0",
    ]


def test_a_study_where_runs_are_wanted(study: Path) -> None:
    with pytest.raises(CryoalError, match="is a study, and bounds computes long on each run"):
        find_sources([study], "bounds", takes_studies=False)


def test_what_is_neither(tmp_path: Path, run: Path) -> None:
    with pytest.raises(CryoalError, match="neither a run nor a study"):
        find_sources([tmp_path], "gap", takes_studies=True)
    with pytest.raises(CryoalError, match="nowhere: is not there"):
        find_sources([run, tmp_path / "nowhere"], "gap", takes_studies=True)
    (tmp_path / "robustness.yaml").write_text("data: x\n")
    with pytest.raises(CryoalError, match="name one of its conditions"):
        find_sources([tmp_path], "gap", takes_studies=True)


def test_an_empty_study(tmp_path: Path, study: Path) -> None:
    shutil.copy(study / "study.yaml", tmp_path)
    with pytest.raises(CryoalError, match="no run of the study is begun"):
        find_sources([tmp_path], "gap", takes_studies=True)


def test_the_same_run_twice(run: Path) -> None:
    with pytest.raises(CryoalError, match="2 runs of entropy, seed 0"):
        find_sources([run, run], "gap", takes_studies=True)


def test_runs_that_differ_in_more(run: Path, tmp_path: Path) -> None:
    other = copy_of(run, tmp_path / "b", ("seed: 0", "seed: 1"), ("budget: '3'", "budget: '4'"))
    with pytest.raises(CryoalError, match=r"other settings than .*budget \(3 became 4\)"):
        find_sources([run, other], "gap", takes_studies=True)


def test_broken_settings(run: Path, tmp_path: Path) -> None:
    broken = copy_of(run, tmp_path / "b", ("cycles: 3", "cycles: many"))
    with pytest.raises(CryoalError, match="cycles"):
        run_source(broken)


def test_a_pool_that_changed(run: Path, tmp_path: Path) -> None:
    other = copy_of(run, tmp_path / "run")
    folder = RunFolder.open(other)
    with folder.journal.transaction():
        folder.journal.db.execute("UPDATE meta SET value = 'x' WHERE key = 'labels'")
    folder.journal.close()
    with (
        opened(run_source(other), "cpu") as subject,
        pytest.raises(CryoalError, match=r"the labels of .* changed since the run began"),
    ):
        _ = subject.loop


def test_masks_are_refused(run: Path, tmp_path: Path) -> None:
    other = copy_of(run, tmp_path / "run")
    folder = RunFolder.open(other)
    with folder.journal.transaction():
        folder.journal.db.execute("INSERT INTO meta VALUES (?, ?)", (OUTPUTS, '["sky", "tree"]'))
    folder.journal.close()
    with (
        opened(run_source(other), "cpu") as subject,
        pytest.raises(CryoalError, match="its labels are masks"),
    ):
        _ = subject.loop
