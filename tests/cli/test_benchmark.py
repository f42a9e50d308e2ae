"""``cryoal benchmark`` as a user calls it."""

from __future__ import annotations

import csv
from pathlib import Path

from click.testing import CliRunner, Result
from cryoal_cli import main
from image_sets import write_cifar10


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["benchmark", *(str(argument) for argument in arguments)])


def test_the_quick_preset_on_the_official_files(tmp_path: Path) -> None:
    write_cifar10(tmp_path / "data", count=20)
    result = call(
        *("--dataset", "cifar10", "--root", tmp_path / "data", "--preset", "quick"),
        *("--schemes", "random,entropy", "--seeds", 1, "--initial", 10, "--budget", 5),
        *("--cycles", 2, "--subset", 40, "--epochs", 1, "--out", tmp_path / "study"),
    )
    assert result.exit_code == 0, result.output
    with (tmp_path / "study" / "report" / "tables" / "results.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["scheme"] for row in rows} == {"random", "entropy", "all-labels"}
    assert {row["labelled"] for row in rows} == {"10", "15", "100"}
    config = (tmp_path / "study" / "study.yaml").read_text()
    assert "flips: true" in config
    assert "noise_std: 0.0" in config


def test_a_missing_data_set_is_one_line(tmp_path: Path) -> None:
    result = call("--dataset", "cifar10", "--root", tmp_path, "--out", tmp_path / "study")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {tmp_path}: holds no CIFAR-10; download cifar-10-")
    assert not (tmp_path / "study").exists()
