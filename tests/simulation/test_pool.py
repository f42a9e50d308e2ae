from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import replace
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
    assert sorted(contents(out)) == sorted([*files, "recipe.yaml", "truth.csv"])
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
    assert len(larger) == 2 + 2 * (3 + 2)
    assert all(larger[name] == data for name, data in first.items() if name.endswith(".mrc"))


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


def stop_after(particles: int) -> Callable[[int, int], None]:
    def stop(done: int, _total: int) -> None:
        if done == particles:
            raise KeyboardInterrupt

    return stop


def begin(out: Path, particles: int) -> Path:
    """A pool that was stopped; its unfinished folder."""
    with pytest.raises(KeyboardInterrupt):
        make(out, progress=stop_after(particles))
    assert not out.exists()
    return out.with_name(out.name + ".unfinished")


def damage_nothing(_folder: Path) -> None:
    pass


def tear_the_last_line(folder: Path) -> None:
    table = folder / "truth.csv"
    table.write_bytes(table.read_bytes()[:-30])


def damage_a_line(folder: Path) -> None:
    table = folder / "truth.csv"
    lines = table.read_bytes().splitlines(keepends=True)
    table.write_bytes(b"".join([lines[0], b"\xff\0 \n", *lines[2:]]))


def lose_the_table(folder: Path) -> None:
    (folder / "truth.csv").unlink()


def cut_an_item(folder: Path) -> None:
    path = folder / FIRST
    path.write_bytes(path.read_bytes()[:-100])


def lose_an_item(folder: Path) -> None:
    (folder / FIRST).unlink()


def leave_what_was_being_written(folder: Path) -> None:
    (folder / FIRST).with_name(".tomotarget1.mrc.x3f_a9").write_bytes(b"half")


FIRST = "SNR010/apoferritin/subtomogram_mrc/tomotarget0.mrc"


@pytest.mark.parametrize(
    "damage",
    [
        damage_nothing,
        tear_the_last_line,
        damage_a_line,
        lose_the_table,
        cut_an_item,
        lose_an_item,
        leave_what_was_being_written,
    ],
)
@pytest.mark.parametrize("particles", [1, 3, 4])
def test_a_stopped_pool_goes_on_and_ends_the_same(
    tmp_path: Path, particles: int, damage: Callable[[Path], None]
) -> None:
    damage(begin(tmp_path / "stopped", particles))
    stopped = contents(make(tmp_path / "stopped"))
    assert stopped == contents(make(tmp_path / "whole"))
    assert {path.name for path in tmp_path.iterdir()} == {"stopped", "whole"}


def test_what_is_there_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(tmp_path / "pool", 3)
    drawn = []
    item = Simulator.item

    def remembered(self: Simulator, name: str, index: int, snrs: list[float]) -> object:
        drawn.append((name, index))
        return item(self, name, index, snrs)

    monkeypatch.setattr(Simulator, "item", remembered)
    make(tmp_path / "pool")
    assert drawn == [("rubisco", 1)]


def test_a_stopped_pool_of_other_settings_is_left_alone(tmp_path: Path) -> None:
    unfinished = begin(tmp_path / "pool", 2)
    before = contents(unfinished)
    with pytest.raises(CryoalError, match=r"unfinished: was begun with .*seed: 1 then, 2 now"):
        make(tmp_path / "pool", seed=2)
    assert contents(unfinished) == before


def test_too_little_memory_for_the_first_item_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(*_: object) -> None:
        raise MemoryError("Unable to allocate 8 GiB")

    monkeypatch.setattr(Simulator, "item", too_large)
    with pytest.raises(MemoryError):
        make(tmp_path / "pool")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"kind: [", b"just text"])
def test_an_unfinished_folder_with_a_damaged_recipe_is_told(tmp_path: Path, content: bytes) -> None:
    (begin(tmp_path / "pool", 2) / "recipe.yaml").write_bytes(content)
    with pytest.raises(CryoalError, match=r"other settings \(its recipe.yaml is damaged\)"):
        make(tmp_path / "pool")


def test_two_processes_do_not_write_one_pool(tmp_path: Path) -> None:
    def meet(_done: int, _total: int) -> None:
        with pytest.raises(CryoalError, match="another process works on it"):
            make(tmp_path / "pool")

    make(tmp_path / "pool", progress=meet)
    assert contents(tmp_path / "pool") == contents(make(tmp_path / "again"))


def test_only_what_a_recipe_can_name_is_taken(tmp_path: Path) -> None:
    own = replace(builtin("rubisco"), beads=((0.0, 0.0, 0.0, 30.0),))
    with pytest.raises(CryoalError, match="rubisco: not a built-in assembly"):
        simulate_pool([own], tmp_path, snrs=[0.1], per_class=1, box_px=20, voxel_size_A=10, seed=0)


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
