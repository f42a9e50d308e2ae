"""``cryoal compare`` and ``cryoal schemes`` as a user calls them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryoal_cli import main
from tiny_runs import tiny_settings

from cryoal import strategies
from cryoal.errors import CryoalError
from cryoal.runs.settings import RunSettings
from cryoal.studies import Cell


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def config(tmp_path: Path, blobs: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(tiny_settings(blobs).to_yaml())
    return path


def test_a_study_from_nothing_to_its_report_and_on(tmp_path: Path, config: Path) -> None:
    out = tmp_path / "study"
    first = call("compare", "--config", config, "--schemes", "random,margin", "--seeds", 1,
                 "--out", out)  # fmt: skip
    assert first.exit_code == 0, first.output
    assert "3 runs, 0 of them done" in first.output
    assert "[3/3]" in first.output
    page = out / "report" / "index.html"
    assert "margin" in page.read_text()
    again = call("compare", "--schemes", "badge", "--seeds", 1, "--out", out)
    assert again.exit_code == 0, again.output
    assert "2 runs, 1 of them done" in again.output
    with (out / "report" / "tables" / "results.csv").open() as file:
        schemes = {row["scheme"] for row in csv.DictReader(file)}
    assert schemes == {"random", "margin", "badge", "all-labels"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--schemes", "rnadom"], "did you mean random"),
        (["--schemes", ","], "names no scheme"),
        (["--target", "130%"], "--target 130%"),
        (["--target", "good"], "--target good"),
        (["--budget", "900"], "training items are there"),
    ],
)
def test_mistakes_are_one_line(
    tmp_path: Path, config: Path, options: list[str], message: str
) -> None:
    result = call("compare", "--config", config, "--seeds", 1, "--out", tmp_path / "s", *options)
    assert result.exit_code == 2, result.output
    assert message in result.stderr.strip().splitlines()[-1]


def test_a_failed_run_is_told_and_the_rest_reported(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Cell.run

    def failing(self: Cell, common: RunSettings) -> None:
        if self.arm.scheme == "margin":
            raise CryoalError("the disk is full")
        original(self, common)

    monkeypatch.setattr(Cell, "run", failing)
    out = tmp_path / "study"
    result = call("compare", "--config", config, "--schemes", "random,margin", "--seeds", 1,
                  "--out", out)  # fmt: skip
    assert result.exit_code == 2
    assert "1 run failed: margin, seed 0: the disk is full" in result.stderr
    assert (out / "report" / "index.html").is_file()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--schemes", "random,bald"), "scheme 'bald' needs dropout"),
        (("--initial", "100000"), "lower --initial"),
    ],
)
def test_what_no_run_could_begin_with_is_refused_before_any(
    tmp_path: Path, config: Path, options: tuple[str, ...], message: str
) -> None:
    out = tmp_path / "study"
    result = call("compare", "--config", config, *options, "--out", out)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not out.exists()


def test_schemes_lists_every_one_with_paper_needs_and_cost() -> None:
    table = json.loads(call("schemes", "--json").stdout)
    assert [row["name"] for row in table] == strategies.names()
    assert all(row["paper"] and row["summary"] and row["cost"] for row in table)
    entropy = next(row for row in table if row["name"] == "entropy")
    assert entropy["needs"] == ["entropy gradient norm"]
    assert entropy["cost"] == "one backward pass a candidate"
    text = call("schemes").stdout
    assert all(name in text for name in strategies.names())
