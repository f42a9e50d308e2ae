"""``cryoal noise``."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from cryoal_cli.noise import noise

from cryoal.pools import open_subtomograms
from cryoal.simulation.assemblies import builtin
from cryoal.simulation.pool import simulate_pool


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate_pool(
        [builtin("groel"), builtin("apoferritin")],
        tmp_path_factory.mktemp("noise") / "pool",
        snrs=[0.1, 0.5],
        per_class=10,
        box_px=20,
        voxel_size_A=15.0,
        seed=0,
    )


def run(*arguments: object) -> Result:
    return CliRunner().invoke(noise, [str(argument) for argument in arguments])


def test_variants_of_the_cleanest_keep_names_and_labels(pool: Path, tmp_path: Path) -> None:
    out = tmp_path / "noisy"
    result = run("--data", pool, "--snr", "0.1,0.05", "--out", out, "--quiet")
    assert result.exit_code == 0, result.output
    first, *files = result.stdout.splitlines()
    assert first.startswith(f"{pool / 'SNR050'}: 20 items, SNR 0.5 as stated, 0.4")
    assert files == [f"{out / name / 'pool.h5'}" for name in ("SNR010", "SNR005")]
    before, after = open_subtomograms(pool, snr=0.5), open_subtomograms(out, snr=0.05)
    assert list(after.ids) == list(before.ids)
    assert (after.labels == before.labels).all()
    assert after.voxel_size_A == before.voxel_size_A
    items = np.arange(len(before))
    ratio = after.read(items).flatten(1).var(1) / before.read(items).flatten(1).var(1)
    assert ratio.mean() == pytest.approx(1 + (0.5 / 0.05 - 1) / 1.5, rel=0.05)


def test_the_same_call_writes_the_same_and_leaves_what_is_there(pool: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for out in (one, two):
        assert run("--data", pool, "--snr", "0.05", "--out", out, "--quiet").exit_code == 0
    files = [out / "SNR005" / "pool.h5" for out in (one, two)]
    voxels = [open_subtomograms(file).read(np.arange(20)) for file in files]
    assert (voxels[0] == voxels[1]).all()
    written = files[0].stat().st_mtime_ns
    assert run("--data", pool, "--snr", "0.05,0.01", "--out", one, "--quiet").exit_code == 0
    assert files[0].stat().st_mtime_ns == written
    assert (one / "SNR001" / "pool.h5").exists()


def test_an_unstated_ratio_is_measured_and_said(pool: Path, tmp_path: Path) -> None:
    plain = tmp_path / "mine"
    plain.symlink_to(pool / "SNR010")
    moved = tmp_path / "data"
    moved.mkdir()
    for name in ("groel", "apoferritin"):
        (moved / name).symlink_to(pool / "SNR010" / name)
    result = run("--data", moved, "--snr", "0.05", "--out", tmp_path / "out", "--quiet")
    assert result.exit_code == 0, result.output
    said = result.stdout.splitlines()[0]
    measured = float(said.split("SNR ")[1].split()[0])
    assert measured == pytest.approx(0.1, rel=0.15)
    assert "--input-snr" in said
    wrong = run(
        *("--data", moved, "--input-snr", "0.5", "--snr", "0.05"),
        *("--out", tmp_path / "other", "--quiet"),
    )
    assert "these differ" in wrong.stdout
    assert math.isclose(measured, 0.1, rel_tol=0.15)


@pytest.mark.parametrize(
    ("snrs", "message"),
    [
        ("0.5", "already; ask for less"),
        ("0.7,0.1", "already; ask for less"),
        ("0", "give a ratio above 0"),
        ("-0.1", "give a ratio above 0"),
        ("nan", "give a ratio above 0"),
        ("inf", "already; ask for less"),
        ("0.1;0.2", "--snr"),
        ("0.1,0.1", "given twice"),
        ("0.0000001", "at most 6 decimals"),
        ("0.1 --snr=0.05", "--snr is given 2 times; give it once"),
    ],
)
def test_what_noise_cannot_do_is_refused(
    pool: Path, tmp_path: Path, snrs: str, message: str
) -> None:
    result = run("--data", pool, *f"--snr={snrs}".split(), "--out", tmp_path / "out", "--quiet")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert message in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("ratio", ["0", "-1", "nan"])
def test_an_input_ratio_that_is_none_is_refused(pool: Path, tmp_path: Path, ratio: str) -> None:
    result = run(
        *("--data", pool, "--snr", "0.01", "--out", tmp_path / "out", f"--input-snr={ratio}"),
        "--quiet",
    )
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"error: --input-snr {ratio}: give the ratio that the pool has")
    assert not (tmp_path / "out").exists()


def test_a_noisy_pool_that_is_said_to_have_no_noise_is_doubted(pool: Path, tmp_path: Path) -> None:
    result = run(
        *("--data", pool, "--snr", "0.05", "--out", tmp_path / "out", "--input-snr", "inf"),
        "--quiet",
    )
    assert result.exit_code == 0, result.output
    assert "SNR inf as stated, 0.4" in result.stdout
    assert "these differ" in result.stdout


def test_a_pool_is_not_written_among_other_files(pool: Path, tmp_path: Path) -> None:
    """``--out`` as ``--data`` would make two pools of one folder."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "SNR050").symlink_to(pool / "SNR050")
    for name in ("groel", "apoferritin"):
        (tmp_path / "data" / "SNR010" / name).mkdir(parents=True)
    data = tmp_path / "data"
    result = run("--data", data, "--snr", "0.05,0.1", "--out", data, "--quiet")
    assert result.exit_code == 2
    assert f"{data / 'SNR010'}: holds other files already; give another --out" in result.stderr
    assert not (data / "SNR005").exists()


def test_another_pools_variants_are_not_replaced(pool: Path, tmp_path: Path) -> None:
    file = tmp_path / "out" / "SNR005" / "pool.h5"
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    result = run("--data", pool, "--snr", "0.05", "--out", tmp_path / "out", "--quiet")
    assert result.exit_code == 2
    assert "another --out" in result.stderr
    assert file.read_text() == "mine"


def test_a_pool_that_is_not_there(tmp_path: Path) -> None:
    result = run("--data", tmp_path / "none", "--snr", "0.05", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "is not there" in result.stderr
