from __future__ import annotations

import csv
import math
from pathlib import Path

import mrcfile
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.simulation.assemblies import builtin
from cryoal.simulation.microscope import Microscope
from cryoal.simulation.pool import simulate_pool
from cryoal.simulation.subtomograms import Simulator

STRUCTURES = [builtin("rubisco"), builtin("apoferritin")]


def make(out: Path, **options: object) -> Path:
    settings: dict[str, object] = {
        "snrs": [0.1, 0.05],
        "per_class": 2,
        "box_px": 20,
        "voxel_size_A": 10.0,
        "seed": 1,
    }
    return simulate_pool(STRUCTURES, out, **{**settings, **options})


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_layout_headers_and_truth(tmp_path: Path) -> None:
    out = make(tmp_path / "deep" / "pool", snrs=[0.1, math.inf])
    files = [
        f"{s}/{c}/subtomogram_mrc/tomotarget{i}.mrc"
        for s in ("SNR010", "SNRinf")
        for c in ("apoferritin", "rubisco")
        for i in (0, 1)
    ]
    assert sorted(contents(out)) == sorted([*files, "truth.csv"])
    with mrcfile.open(out / files[0]) as file:
        assert file.data.shape == (20, 20, 20)
        assert file.data.dtype == np.float32
        assert float(file.voxel_size.x) == pytest.approx(10.0)
        assert file.is_volume()
    mrcfile.validate(out / files[0])
    with open(out / "truth.csv", newline="") as table:
        rows = {row["path"]: row for row in csv.DictReader(table)}
    assert sorted(rows) == sorted(files)
    item = Simulator(STRUCTURES, Microscope(20, 10.0), seed=1).item("rubisco", 1, [0.1])[0]
    row = rows["SNR010/rubisco/subtomogram_mrc/tomotarget1.mrc"]
    assert (row["class"], row["index"], row["snr"]) == ("rubisco", "1", "0.1")
    assert float(row["snr_measured"]) == pytest.approx(item.snr_measured, abs=1e-6)
    turn = Rotation.from_quat([float(row[q]) for q in ("qx", "qy", "qz", "qw")])
    assert (turn * item.pose.rotation.inv()).magnitude() < 1e-5
    shift = [float(row[f"shift_{axis}_px"]) for axis in "xyz"]
    np.testing.assert_allclose(shift, item.pose.shift_px, atol=1e-6)


def test_twice_is_bit_for_bit_the_same_and_more_particles_hold_fewer(tmp_path: Path) -> None:
    first = contents(make(tmp_path / "a", mode="int8"))
    assert first == contents(make(tmp_path / "b", mode="int8"))
    larger = contents(make(tmp_path / "c", mode="int8", per_class=[3, 2], snrs=[0.05, 0.1]))
    assert len(larger) == 1 + 2 * (3 + 2)
    assert all(larger[name] == data for name, data in first.items() if name != "truth.csv")


@pytest.mark.parametrize(
    ("mode", "number", "tolerance"),
    [("int8", 0, 0.03), ("float16", 12, 2e-3), ("float32", 2, 1e-6)],
)
def test_modes_hold_the_volume(tmp_path: Path, mode: str, number: int, tolerance: float) -> None:
    out = make(tmp_path / "pool", mode=mode)
    with mrcfile.open(out / "SNR005/rubisco/subtomogram_mrc/tomotarget0.mrc") as file:
        assert int(file.header.mode) == number
        stored = np.asarray(file.data, np.float64)
    if mode == "int8":
        assert np.abs(stored).max() == 127
        stored /= stored.std()
    item = Simulator(STRUCTURES, Microscope(20, 10.0), seed=1).item("rubisco", 0, [0.05])[0]
    np.testing.assert_allclose(stored, item.voxels, atol=tolerance)


def test_progress_counts_particles(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    make(tmp_path / "pool", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_an_empty_folder_is_filled_and_a_used_one_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "pool"
    out.mkdir()
    make(out)
    before = contents(out)
    with pytest.raises(CryoalError, match=r"pool: already there and not an empty folder"):
        make(out)
    assert contents(out) == before


def test_nothing_stays_behind_when_it_is_stopped(tmp_path: Path) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "pool", progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"snrs": []}, "no SNR"),
        ({"snrs": [0.0]}, "SNR 0"),
        ({"snrs": [-0.1]}, "SNR -0.1"),
        ({"snrs": [0.1, 0.1]}, "twice"),
        ({"per_class": 0}, "at least 1"),
        ({"per_class": [1, 2, 3]}, "3 numbers"),
        ({"seed": -1}, "seed"),
        ({"box_px": 12}, "does not fit"),
    ],
)
def test_bad_requests_are_refused_and_leave_nothing(
    tmp_path: Path, options: dict[str, object], message: str
) -> None:
    with pytest.raises(CryoalError, match=message):
        make(tmp_path / "pool", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CryoalError, match=r"file/pool"):
        make(tmp_path / "file" / "pool")
