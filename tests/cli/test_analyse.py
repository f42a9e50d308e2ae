"""``cryoal analyse`` as a user calls it."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryoal_cli import main
from tiny_runs import finish_run, tiny_settings

from cryoal.analyses.catalogue import SUMMARIES, kind_of
from cryoal.pools import SubtomogramPool
from cryoal.studies import Arm, Cell, StudyPlan

LONG = [name for name in SUMMARIES if not kind_of(name).takes_studies]


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["analyse", *(str(argument) for argument in arguments)])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, blobs: Path, blob_pool: SubtomogramPool) -> Path:
    folder = finish_run(tmp_path_factory.mktemp("runs") / "run", blobs, blob_pool, cycles=2)
    folder.journal.close()
    return folder.path


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, blobs: Path) -> Path:
    path = tmp_path_factory.mktemp("studies") / "study"
    settings = tiny_settings(blobs, cycles=2)
    StudyPlan(path, (Arm("random"),), 1, settings).write()
    Cell(path, Arm("random"), 0).run(settings)
    return path


def test_help_lists_every_analysis_with_one_line() -> None:
    result = call("--help")
    assert result.exit_code == 0
    for name, summary in SUMMARIES.items():
        assert f"{name} " in result.output
        assert summary.split()[0] in result.output
        assert kind_of(name).name == name


def test_the_list_loads_nothing_that_computes() -> None:
    code = (
        "import sys; from cryoal_cli import main\n"
        "try: main(['analyse', '--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('torch', 'matplotlib', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", [*SUMMARIES])
def test_help_of_one_says_what_is_measured(name: str) -> None:
    result = call(name, "-h")
    assert result.exit_code == 0
    assert "Wang et al." in result.output or name == "scheme-identity"
    assert ("--items" in result.output) == (name in LONG)
    assert ("--device" in result.output) == (name not in ("gap", "efficiency"))


@pytest.mark.parametrize("name", [*SUMMARIES])
def test_every_analysis_of_a_run(name: str, run: Path, tmp_path: Path) -> None:
    options = ["--items", 6, "--device", "cpu"] if name in LONG else []
    options += ["--damping", 5] if name in ("bounds", "influence-overlap") else []
    result = call(name, run, "--out", tmp_path, "--quiet", *options)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == f"Page: {tmp_path / name}.html"
    assert len(result.stdout.splitlines()) == 2
    for ending in ("html", "png", "svg", "csv", "parquet"):
        assert (tmp_path / f"{name}.{ending}").stat().st_size > 0
    with (tmp_path / f"{name}_runs.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["scheme"] for row in rows} == {"entropy"}
    assert {row["seed"] for row in rows} == {"0"}


@pytest.mark.parametrize("name", [name for name in SUMMARIES if name not in LONG])
def test_what_is_read_across_schemes_takes_a_study(name: str, study: Path, tmp_path: Path) -> None:
    result = call(name, study, "--out", tmp_path, "--quiet")
    assert result.exit_code == 0, result.output
    with (tmp_path / f"{name}.csv").open() as file:
        assert {row["scheme"] for row in csv.DictReader(file)} == {"random"}


@pytest.mark.parametrize("name", LONG)
def test_the_long_ones_want_runs(name: str, study: Path, tmp_path: Path) -> None:
    result = call(name, study, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert f"is a study, and {name} computes long on each run" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gap", "nowhere", "--out", "x"), "error: nowhere: is not there; correct the path"),
        (("gap", ".", "--out", "x"), "neither a run nor a study"),
        (("gap", "--out", "x"), "Missing argument"),
        (("bounds", "run", "--out", "x", "--damping", "0"), "--damping"),
        (("bounds", "run", "--out", "x", "--items", "0"), "--items"),
        (("bound", "run"), "No such command 'bound'"),
    ],
)
def test_mistakes_are_one_line(
    arguments: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr.splitlines()[-1]


def test_a_run_whose_pool_is_gone(run: Path, tmp_path: Path, blobs: Path) -> None:
    aside = blobs.with_name("aside")
    blobs.rename(aside)
    try:
        gone = call("scheme-identity", run, "--out", tmp_path)
        there = call("gap", run, "--out", tmp_path)
    finally:
        aside.rename(blobs)
    assert gone.exit_code == 2
    assert str(blobs) in gone.stderr
    assert there.exit_code == 0, there.output
