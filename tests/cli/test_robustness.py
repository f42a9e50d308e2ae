"""``cryoal robustness`` as a user calls it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from blob_files import write_blobs
from click.testing import CliRunner, Result
from cryoal_cli import main
from tiny_runs import tiny_settings

from cryoal.pools import open_subtomograms
from cryoal.runs import RunFolder
from cryoal.studies import Arm, Cell
from cryoal.studies.results import ALL_LABELS

ROOT = Path(__file__).parents[2]
CONFIGS = sorted(path.name for path in (ROOT / "configs").glob("robustness-*.yaml"))


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A variant at SNR 0.5 of two structures and junk."""
    folder = tmp_path_factory.mktemp("noise")
    write_blobs(folder / "SNR050", per_class=12)
    (folder / "SNR050" / "class2").rename(folder / "SNR050" / "Gold")
    return folder


@pytest.fixture(scope="module")
def config(pool: Path) -> Path:
    path = pool.parent / "config.yaml"
    values = tiny_settings(pool, cycles=2).model_dump(mode="json")
    values["recipe"] |= {"augmentation": {"rotations": "wedge"}, "min_steps": 8}
    values["study"] = {"schemes": ["random", "margin"], "seeds": 1, "snrs": [0.5, 0.1]}
    path.write_text(yaml.safe_dump(values))
    return path


@pytest.fixture(scope="module")
def done(config: Path) -> tuple[Path, str]:
    """A study, and what its command said."""
    out = config.parent / "study"
    result = call("robustness", "--config", config, "--label-noise", 0.4, "--out", out)
    assert result.exit_code == 0, result.output
    return out, result.output


def rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / "report" / "tables" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_from_nothing_to_the_report(done: tuple[Path, str]) -> None:
    out, said = done
    assert "9 runs, 0 of them done" in said
    assert "6 measurements, 0 of them done" in said
    # Eight steps are no training: the report says so instead of comparing luck.
    assert "At SNR 0.5 and SNR 0.1 the last models of all schemes are not above chance" in said
    assert "nothing can be concluded about what faults cost them." in said
    folders = {path.name for path in out.iterdir() if path.is_dir()}
    assert folders == {"snr-0.5", "snr-0.1", "label-noise-0.4", "pools", "report"}
    for name in ("snr-0.5", "snr-0.1", "label-noise-0.4"):
        assert (out / name / "report" / "index.html").is_file()
        assert f"../{name}/report/index.html" in (out / "report" / "index.html").read_text()
    assert (out / "report" / "verdict.txt").read_text().strip() in said


def test_conditions_differ_in_noise_alone(done: tuple[Path, str]) -> None:
    out, _ = done
    conditions = [out / name for name in ("snr-0.5", "snr-0.1", "label-noise-0.4")]
    folders = [RunFolder.open(Cell(path, Arm("margin"), 0).path) for path in conditions]
    for name in ("train", "test"):
        splits = [folder.journal.split(name).tolist() for folder in folders]
        assert splits[0] == splits[1] == splits[2]
    assert len({tuple(folder.journal.query(0).tolist()) for folder in folders}) == 1
    assert [folder.settings.label_noise for folder in folders] == [0, 0, 0.4]
    pools = [open_subtomograms(folder.settings.data, snr=folder.settings.snr) for folder in folders]
    assert pools[0].fingerprint == pools[2].fingerprint != pools[1].fingerprint
    ceiling = RunFolder.open(Cell(conditions[2], Arm(ALL_LABELS), 0).path)
    answers = ceiling.journal.labels.answers()
    wrong = [answers.decision(item).label != pools[2].labels[item] for item in answers.items()]
    assert len(wrong) == len(ceiling.journal.split("train")) == 30
    assert 0.15 < np.mean(wrong) < 0.65


def test_the_diagonal_is_the_cells_own_accuracy(done: tuple[Path, str]) -> None:
    out, _ = done
    matrix = {(r["trained"], r["tested"]): float(r["accuracy"]) for r in rows(out, "transfer")}
    assert len(matrix) == 4
    for snr in ("0.5", "0.1"):
        (own,) = Cell(out / f"snr-{snr}", Arm(ALL_LABELS), 0).results()
        assert matrix[snr, snr] == own.accuracy


def test_junk_is_counted_from_the_queries(done: tuple[Path, str]) -> None:
    out, _ = done
    table = {(r["scheme"], r["snr"]): r for r in rows(out, "junk")}
    assert len(table) == 4
    for (scheme, snr), row in table.items():
        journal = RunFolder.open(Cell(out / f"snr-{snr}", Arm(scheme), 0).path).journal
        asked = [query.label for query in journal.query_rows() if query.cycle > 0]
        assert float(row["share"]) == pytest.approx(asked.count("Gold") / len(asked))
        assert float(row["share_of_pool"]) == pytest.approx(1 / 3)


def test_faults_and_stability_are_there(done: tuple[Path, str]) -> None:
    out, _ = done
    lost = {(r["scheme"], r["fault"], r["amount"]) for r in rows(out, "faults")}
    assert {scheme for scheme, _, _ in lost} == {"random", "margin", ALL_LABELS}
    assert len(lost) == 3 * 10
    stable = {(r["scheme"], r["snr"], r["views"]) for r in rows(out, "stability_correlation")}
    assert stable == {("margin", "0.1", "1"), ("margin", "0.1", "8")}


def test_it_goes_on_and_takes_another_ratio(done: tuple[Path, str], config: Path) -> None:
    out, _ = done
    kept = out / "snr-0.5" / "cells" / "all-labels-0" / "transfer.json"
    before = json.loads(kept.read_text())["values"]
    result = call("robustness", "--snrs", "0.2,0.5,0.1", "--schemes", "random", "--seeds", 1,
                  "--out", out)  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "6 runs, 4 of them done" in result.output
    # Three rows of the matrix, and the others as they were.
    assert "[5/7] other ratios of SNR 0.5" in result.output
    after = json.loads(kept.read_text())["values"]
    assert after.keys() == {"0.5", "0.2", "0.1"}
    assert after.items() >= before.items()
    assert len(rows(out, "transfer")) == 9
    again = call("robustness", "--config", config, "--out", out)
    assert again.exit_code == 0, again.output
    assert "6 runs, 6 of them done" in again.output
    assert "7 measurements, 7 of them done" in again.output


def test_compare_goes_on_with_one_condition(done: tuple[Path, str]) -> None:
    out, _ = done
    result = call("compare", "--out", out / "snr-0.1", "--schemes", "margin", "--seeds", 1)
    assert result.exit_code == 0, result.output
    assert "2 runs, 2 of them done" in result.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--schemes", "rnadom"], "did you mean random"),
        (["--schemes", ","], "names no scheme"),
        (["--snrs", "0.1,clean"], "--snrs '0.1,clean': expected numbers with commas between"),
        (["--snrs", "0.1", "--snrs", "0.2"], "--snrs is given 2 times"),
        (["--label-noise", "some"], "--label-noise 'some': expected numbers"),
        (["--input-snr", "nan"], "input_snr: Input should be greater than 0"),
        (["--snrs", "0"], "0 is no signal-to-noise ratio"),
        (["--snrs", "0.1,0.1"], "0.1 is given twice"),
        (["--snrs", "0.7"], "cannot be reached by adding noise"),
        (["--label-noise", "2"], "2 is no chance"),
        (["--target", "130%"], "--target 130%"),
        (["--data", "nowhere"], "is not there"),
        (["--seeds", "0"], "--seeds"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(
    tmp_path: Path, config: Path, options: list[str], message: str
) -> None:
    result = call("robustness", "--config", config, "--out", tmp_path / "s", *options)
    assert result.exit_code == 2, result.output
    assert message in result.stderr.strip().splitlines()[-1]
    assert not (tmp_path / "s").exists()


def test_a_section_that_holds_something_unknown(tmp_path: Path, config: Path) -> None:
    other = tmp_path / "c.yaml"
    other.write_text(config.read_text().replace("snrs:", "snr:"))
    result = call("robustness", "--config", other, "--out", tmp_path / "s")
    assert result.exit_code == 2
    assert "study.snr: no such setting" in result.stderr
    result = call("compare", "--config", config, "--out", tmp_path / "s")
    assert result.exit_code == 2
    assert "study.snrs: no such setting" in result.stderr


def test_another_study_is_left_alone(done: tuple[Path, str], config: Path) -> None:
    out, _ = done
    for options, message in (
        (["--out", out / "snr-0.5"], "not a study of this kind"),
        (["--out", out, "--budget", 4], "was begun with other settings: budget (3 became 4)"),
    ):
        result = call("robustness", "--config", config, *options)
        assert result.exit_code == 2
        assert message in result.stderr


@pytest.mark.parametrize("name", CONFIGS)
def test_a_tiny_version_of_every_configuration(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    values = yaml.safe_load((ROOT / "configs" / name).read_text())
    assert values["data"] == "sample_data/SNR005"
    # The smaller variant, at ratios as far apart.
    values |= {"data": "sample_data/SNR002", "cycles": 2, "subset": 15, "budget": 5}
    values["recipe"] |= {"min_steps": 2, "min_epochs": 1, "views": 1}
    values["study"] |= {"seeds": 1, "snrs": [0.4 * snr for snr in values["study"]["snrs"]]}
    config = tmp_path / "c.yaml"
    config.write_text(yaml.safe_dump(values))
    result = call("robustness", "--config", config, "--out", tmp_path / "s")
    assert result.exit_code == 0, result.output
    assert "0 of them done" in result.output
    assert (tmp_path / "s" / "report" / "index.html").is_file()


def test_no_ratios(tmp_path: Path, pool: Path) -> None:
    result = call("robustness", "--data", pool, "--out", tmp_path / "s")
    assert result.exit_code == 2
    assert "--snrs is missing" in result.stderr
