"""``cryoal pack``."""

from __future__ import annotations

import os
from pathlib import Path

import mrcfile
import numpy as np
import pytest
from click.testing import CliRunner, Result
from cryoal_cli.pack import pack

from cryoal.pools import open_subtomograms


@pytest.fixture
def pool(tmp_path) -> Path:
    for number in range(6):
        path = tmp_path / "pool" / "ab"[number % 2] / f"t{number}.mrc"
        path.parent.mkdir(parents=True, exist_ok=True)
        with mrcfile.new(path) as mrc:
            mrc.set_data(np.random.default_rng(number).normal(size=(8, 8, 8)).astype("f4"))
    return tmp_path / "pool"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(pack, [str(argument) for argument in arguments])


def test_packs(pool, tmp_path):
    out = tmp_path / "p.h5"
    result = run(pool, "--out", out, "--voxel-size", "12", "--contrast", "dark", "--quiet")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"wrote {out}: 6 items of 8 px, float16\n"
    packed = open_subtomograms(out)
    assert (packed.voxel_size_A, packed.contrast, packed.classes) == (12.0, "dark", ["a", "b"])


def test_float32(pool, tmp_path):
    result = run(pool, "--out", tmp_path / "p.h5", "--dtype", "float32")
    assert result.stdout.endswith("float32\n")
    assert (
        open_subtomograms(tmp_path / "p.h5").read([2]) == open_subtomograms(pool).read([2])
    ).all()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission(pool, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    result = run(pool, "--out", tmp_path / "closed" / "p.h5")
    assert result.exit_code == 2
    assert "Permission denied" in result.stderr


def test_errors_are_one_line_and_leave_no_file(pool, tmp_path):
    with mrcfile.open(pool / "a" / "t0.mrc", "r+") as mrc:
        mrc.data[:] = 5
    result = run(pool, "--out", tmp_path / "p.h5")
    assert result.exit_code == 2
    assert result.stderr == (
        f"error: {pool}/a/t0.mrc: all voxels are 5, nothing to learn from; leave it out\n"
    )
    assert list(tmp_path.iterdir()) == [pool]


def test_another_kind_of_file_is_not_overwritten(pool, tmp_path):
    out = tmp_path / "thesis.h5"
    out.write_text("years of work")
    result = run(pool, "--out", out, "--quiet")
    assert result.exit_code == 2
    assert "no packed pool" in result.stderr
    assert out.read_text() == "years of work"
