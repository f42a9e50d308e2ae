"""``cryoal inspect``."""

from __future__ import annotations

import json
from pathlib import Path

import mrcfile
import numpy as np
import pytest
from click.testing import CliRunner, Result
from cryoal_cli.inspect import inspect


@pytest.fixture
def pool(tmp_path) -> Path:
    for level in ("SNR005", "SNR010"):
        for number in range(6):
            path = tmp_path / level / "ab"[number % 2] / "subtomogram_mrc" / f"t{number}.mrc"
            path.parent.mkdir(parents=True, exist_ok=True)
            data = np.random.default_rng(number).normal(size=(8, 8, 8))
            with mrcfile.new(path) as mrc:
                mrc.set_data(data.astype("f4"))
                mrc.voxel_size = 10.0
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(inspect, [str(argument) for argument in arguments])


def test_noise_levels_are_listed(pool):
    result = run(pool)
    assert result.exit_code == 0
    assert "--snr 0.05" in result.stdout
    assert "SNR010" in result.stdout
    listed = json.loads(run(pool, "--json").stdout)
    assert listed == {"snr_variants": {"0.05": f"{pool}/SNR005", "0.1": f"{pool}/SNR010"}}


def test_text(pool):
    result = run(pool, "--snr", "0.05", "--check")
    assert result.exit_code == 0, result.output
    for line in (
        "items        6, all of them readable",
        "box          8 px",
        "voxel size   10 A",
        "classes      2: a 3, b 3",
        "unlabelled   0",
        "groups       none",
        "noise levels SNR 0.05, SNR 0.1",
    ):
        assert line in result.stdout


def test_json(pool):
    result = run(pool / "SNR005", "--json", "--contrast", "dark", "--voxel-size", "9")
    told = json.loads(result.stdout)
    assert told["kind"] == "one folder a class"
    assert (told["items"], told["box_px"], told["voxel_size_A"]) == (6, 8, 9.0)
    assert told["contrast"] == "dark"
    assert told["classes"] == {"a": 3, "b": 3}
    assert told["contrast_hint"]["items"] == 6
    assert told["warnings"] == ["the files say 10 A a voxel; the stated 9 A is used"]
    assert (told["checked"], told["snr_variants"]) == (False, {})


def test_json_of_a_single_item_is_strict(tmp_path, pool):
    (tmp_path / "one").mkdir()
    (pool / "SNR005" / "a" / "subtomogram_mrc" / "t0.mrc").rename(tmp_path / "one" / "t0.mrc")

    def refuse(name: str) -> None:
        raise AssertionError(name)

    told = json.loads(run(tmp_path / "one", "--json").stdout, parse_constant=refuse)
    assert told["contrast_hint"]["standard_error"] is None


def test_check_lists_what_cannot_be_used(pool):
    path = pool / "SNR005" / "a" / "subtomogram_mrc" / "t0.mrc"
    with mrcfile.open(path, "r+") as mrc:
        mrc.data[:] = 1
    result = run(pool, "--snr", "0.05", "--check", "--quiet")
    assert result.exit_code == 2
    assert f"{path}: all voxels are 1" in result.stderr
    assert "error: " in result.stderr
    assert "1 of 6 items cannot be used" in result.stderr


def test_errors_are_one_line(pool):
    result = run(pool, "--snr", "0.07")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
