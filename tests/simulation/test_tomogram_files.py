from __future__ import annotations

import csv
import math
from pathlib import Path

import mrcfile
import numpy as np
import pytest
import torch
from scipy import ndimage
from scipy.spatial.transform import Rotation
from tomogram_recipes import contents, tiny_recipe

from cryoal.errors import CryoalError
from cryoal.io.mrc import read_header, read_volume
from cryoal.io.star import StarBlock, read_star
from cryoal.pools import open_subtomograms
from cryoal.simulation.assemblies import builtin
from cryoal.simulation.subtomograms import as_density
from cryoal.simulation.template import Template
from cryoal.simulation.tomogram_files import simulate_tomograms

FULL = {
    "structures": ["ribosome_70s", "rubisco"],
    "number": 5,
    "tomograms": 2,
    "size_px": (80, 72, 32),
    "background": 0.01,
    "vesicles": 1,
    "vesicle_radius_nm": (12, 16),
    "gold_beads": 1,
    "junk_boxes": 3,
    "snrs": [0.3, math.inf],
    "tilt_series": True,
    "seed": 5,
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate_tomograms(tiny_recipe(**FULL), tmp_path_factory.mktemp("s") / "deep" / "out")


def test_layout_and_headers(out: Path) -> None:
    assert sorted(path.name for path in out.iterdir()) == [
        "lists",
        "recipe.yaml",
        "subtomograms",
        "tilt_series",
        "tomograms",
        "truth",
    ]
    for snr in ("SNR030", "SNRinf"):
        for name in ("tomogram_001", "tomogram_002"):
            volume = read_header(out / "tomograms" / snr / f"{name}.mrc")
            assert (volume.shape, volume.voxel_size_A) == ((32, 72, 80), 20.0)
            series = out / "tilt_series" / snr / f"{name}.mrc"
            with mrcfile.open(series) as file:
                assert file.data.shape == (21, 72, 80)
                assert file.is_image_stack()
            angles = series.with_suffix(".rawtlt").read_text().split()
            assert [float(angle) for angle in angles] == list(range(-60, 61, 6))
    mrcfile.validate(out / "tomograms/SNR030/tomogram_001.mrc")


def test_the_subtomograms_are_a_pool(out: Path) -> None:
    pool = open_subtomograms(out / "subtomograms", snr=0.3)
    assert pool.classes == ["junk", "ribosome_70s", "rubisco"]
    assert np.bincount(pool.labels).tolist() == [6, 6, 4]
    assert tuple(pool.read(np.arange(2)).shape) == (2, 1, 20, 20, 20)
    listed = open_subtomograms(out / "lists/SNR030/particles.star", label_column="cryoalClass")
    assert listed.classes == ["ribosome_70s", "rubisco"]
    assert set(listed.groups) == {"tomogram_001", "tomogram_002"}


def test_truth_of_the_boxes(out: Path) -> None:
    with open(out / "subtomograms/truth.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * (10 + 6)
    assert {path.relative_to(out / "subtomograms").as_posix() for path in out.rglob("tomota*")} == {
        row["path"] for row in rows
    }
    noisy = [row for row in rows if row["snr"] == "0.3" and row["class"] != "junk"]
    for name in ("tomogram_001", "tomogram_002"):
        ratios = [float(row["snr_measured"]) for row in noisy if row["tomogram"] == name]
        assert np.mean(ratios) == pytest.approx(0.3, abs=1e-5)
    assert all(float(row["snr_in_mask"]) > float(row["snr_measured"]) for row in noisy)
    assert {row["snr_measured"] for row in rows if row["class"] == "junk"} == {""}
    assert {row["what"] for row in rows if row["class"] == "junk"} <= {
        "fiducial",
        "vesicle",
        "empty",
    }


def ribosome(rotation: np.ndarray, place: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The density, turned and put into a volume, from a matrix and a place as files give them."""
    template = Template(as_density(builtin("ribosome_70s"), 20.0), 20.0, name="r").voxels
    grid = np.indices(shape).reshape(3, -1)[::-1]  # xyz
    own = rotation.T @ (grid - place[:, None])
    zyx = own[::-1] + len(template) // 2
    return ndimage.map_coordinates(template, zyx, order=1).reshape(shape)


def axis_turn(axis: str, degrees: float) -> np.ndarray:
    """Rotation matrices written out: about z, y or x, counter-clockwise."""
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return np.array(
        {
            "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
            "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
            "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
        }[axis]
    )


def from_relion5(out: Path) -> list[tuple[str, np.ndarray, np.ndarray]]:
    [folder] = [path for path in (out / "lists").iterdir() if path.name == "SNRinf"]
    blocks = {block.name: block for block in read_star(folder / "particles.star")}
    tomograms = read_star(folder / "tomograms.star")[0]
    size = np.array([float(tomograms.column(f"rlnTomoSize{a}")[0]) for a in "XYZ"])
    pixel = float(tomograms.column("rlnTomoTiltSeriesPixelSize")[0])
    table = blocks["particles"]

    def numbers(pattern: str, names: str) -> np.ndarray:
        return np.array([table.column(pattern.format(n)) for n in names.split()], float).T

    centred = numbers("rlnCenteredCoordinate{}Angst", "X Y Z")
    places = (centred - numbers("rlnOrigin{}Angst", "X Y Z")) / pixel + size / 2
    turns = [
        (axis_turn("z", rot) @ axis_turn("y", tilt) @ axis_turn("z", psi)).T
        for rot, tilt, psi in numbers("rlnAngle{}", "Rot Tilt Psi")
    ]
    return chosen(table.column("rlnTomoName"), table.column("cryoalClass"), places, turns)


def from_dynamo(out: Path) -> list[tuple[str, np.ndarray, np.ndarray]]:
    table = np.loadtxt(out / "lists/SNRinf/particles.tbl")
    index = dict(
        line.split() for line in (out / "lists/SNRinf/particles.doc").read_text().splitlines()
    )
    names = [Path(index[str(int(row[19]))]).stem for row in table]
    classes = [{1: "ribosome_70s", 2: "rubisco"}[int(row[21])] for row in table]
    places = table[:, 23:26] + table[:, 3:6] - 1
    turns = [
        (axis_turn("z", narot) @ axis_turn("x", tilt) @ axis_turn("z", tdrot)).T
        for tdrot, tilt, narot in table[:, 6:9]
    ]
    return chosen(names, classes, places, turns)


def from_shrec(out: Path) -> list[tuple[str, np.ndarray, np.ndarray]]:
    rows = [
        (folder.name, *line.split())
        for folder in sorted((out / "truth").glob("tomogram_*"))
        for line in (folder / "particle_locations.txt").read_text().splitlines()
    ]
    places = np.array([[int(n) for n in row[2:5]] for row in rows], float)
    turns = [
        axis_turn("z", float(z1)) @ axis_turn("x", float(x)) @ axis_turn("z", float(z2))
        for *_, z1, x, z2 in rows
    ]
    return chosen([row[0] for row in rows], [row[1] for row in rows], places, turns)


def chosen(
    names: list[str], classes: list[str], places: np.ndarray, turns: list[np.ndarray]
) -> list[tuple[str, np.ndarray, np.ndarray]]:
    rows = zip(names, classes, places, turns, strict=True)
    return [(name, p, turn) for name, kind, p, turn in rows if kind == "ribosome_70s"]


@pytest.mark.parametrize("reader", [from_relion5, from_dynamo, from_shrec])
def test_lists_say_where_and_how_particles_lie(reader: object, out: Path) -> None:
    """Densities put where a list says look like the tomogram there; turned otherwise, less."""
    likeness: dict[str, list[float]] = {"right": [], "inverse": [], "mirrored": [], "moved": []}
    particles = reader(out)  # type: ignore[operator]
    assert len(particles) == 6
    flip = np.diag([1.0, 1, -1])
    for name, place, turn in particles:
        volume = read_volume(out / f"tomograms/SNRinf/{name}.mrc")
        lowest = np.maximum(np.rint(place[::-1]).astype(int) - 7, 0)
        near = tuple(slice(start, start + 15) for start in lowest)
        here = volume[near]
        local = place - lowest[::-1]
        tries = {
            "right": (turn, local),
            "inverse": (turn.T, local),
            "mirrored": (flip @ turn @ flip, local),
            "moved": (turn, local + np.array([2, 0, 0])),
        }
        for what, (matrix, at) in tries.items():
            density = ribosome(matrix, at, here.shape)
            high_passed = density - ndimage.gaussian_filter(density, 3)
            likeness[what].append(float(np.corrcoef(high_passed.ravel(), here.ravel())[0, 1]))
    right = np.array(likeness.pop("right"))
    assert right.min() > 0.65
    for what, values in likeness.items():
        assert (np.array(values) < right - 0.2).all(), what


def test_boxes_of_the_star_are_at_their_coordinates(out: Path) -> None:
    blocks: dict[str, StarBlock] = {
        block.name: block for block in read_star(out / "lists/SNRinf/particles.star")
    }
    table = blocks["particles"]
    for row in range(3):
        values = dict(zip(table.columns, table.rows[row], strict=True))
        volume = read_volume(out / f"tomograms/SNRinf/{values['rlnTomoName']}.mrc")
        pick = [float(values[f"rlnCenteredCoordinate{a}Angst"]) / 20 for a in "XYZ"]
        first = np.array(pick)[::-1] + np.array([16, 36, 40]) - 10
        grid = np.indices((20, 20, 20)) + first[:, None, None, None]
        inside = ((grid.T >= 0) & (grid.T <= [31, 71, 79])).all(axis=-1).T
        cut = ndimage.map_coordinates(volume, grid, order=3)[inside]
        box = read_volume(out / values["rlnImageName"])[inside]
        assert np.corrcoef(cut, box)[0, 1] > 0.95


def test_masks_and_lines_belong_together(out: Path) -> None:
    folder = out / "truth/tomogram_002"
    classes, lines = (
        read_volume(folder / f"{what}_mask.mrc").astype(int) for what in ("class", "occupancy")
    )
    numbers = {
        int(number): name
        for number, name in (
            line.split()
            for line in (folder / "class_conversion_table.txt").read_text().splitlines()
        )
    }
    rows = [line.split() for line in (folder / "particle_locations.txt").read_text().splitlines()]
    assert [row[0] for row in rows[5:]] == ["vesicle", "fiducial"]
    for at, (name, x, y, z, *_) in enumerate(rows[:5], start=1):
        there = np.argwhere(lines == at)
        assert {numbers[c] for c in classes[lines == at]} == {name}
        assert np.linalg.norm(there.mean(axis=0)[::-1] - [int(x), int(y), int(z)]) < 1.6


class Killed(BaseException):
    """As sudden as a signal."""


def test_a_killed_run_goes_on_and_ends_the_same(out: Path, tmp_path: Path) -> None:
    recipe = tiny_recipe(**FULL)
    for stop_at in (30, 110, 185):

        def stop(done: int, total: int, stop_at: int = stop_at) -> None:
            assert total == 200
            if done >= stop_at:
                raise Killed

        with pytest.raises(Killed):
            simulate_tomograms(recipe, tmp_path / "out", stop)
        assert not (tmp_path / "out").exists()
        assert (tmp_path / "out.unfinished/recipe.yaml").is_file()
    seen: list[int] = []
    simulate_tomograms(recipe, tmp_path / "out", lambda done, _: seen.append(done))
    assert seen[0] == 100
    assert seen == sorted(seen)
    assert seen[-1] == 200
    assert contents(tmp_path / "out") == contents(out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_tomogram_is_the_same_however_many_there_are(out: Path, tmp_path: Path) -> None:
    """And however many threads torch has."""
    threads = torch.get_num_threads()
    torch.set_num_threads(3 - min(threads, 2))
    one = contents(simulate_tomograms(tiny_recipe(**{**FULL, "tomograms": 1}), tmp_path / "one"))
    assert torch.get_num_threads() == 3 - min(threads, 2)
    torch.set_num_threads(threads)
    two = contents(out)
    per_tomogram = [name for name in one if "tomogram_001" in name or "tomotarget" in name]
    assert len(per_tomogram) == 2 + 4 + 4 + 16
    assert all(two[name] == one[name] for name in per_tomogram)


def test_another_recipe_or_a_used_folder_is_refused(out: Path, tmp_path: Path) -> None:
    before = contents(out)
    with pytest.raises(CryoalError, match="already there and not an empty folder"):
        simulate_tomograms(tiny_recipe(**FULL), out)
    assert contents(out) == before

    def stop(*_: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        simulate_tomograms(tiny_recipe(), tmp_path / "out", stop)
    with pytest.raises(CryoalError, match="seed: 0 then, 1 now"):
        simulate_tomograms(tiny_recipe(seed=1), tmp_path / "out")


@pytest.mark.parametrize(("mode", "number"), [("int8", 0), ("int16", 1)])
def test_only_what_is_asked_for_and_integers(tmp_path: Path, mode: str, number: int) -> None:
    recipe = tiny_recipe(subtomograms=False, mode=mode, number=1)
    made = simulate_tomograms(recipe, tmp_path / "out")
    assert sorted(path.name for path in made.iterdir()) == [
        "lists",
        "recipe.yaml",
        "tomograms",
        "truth",
    ]
    with mrcfile.open(made / "tomograms/SNR050/tomogram_001.mrc") as file:
        assert int(file.header.mode) == number
        assert int(np.abs(file.data.astype(int)).max()) == np.iinfo(mode).max
    columns = read_star(made / "lists/SNR050/particles.star")[2].columns
    assert "rlnImageName" not in columns


def test_two_axes_are_two_stacks(tmp_path: Path) -> None:
    tilts = {"step_deg": 20.0, "dual_axis": True}
    recipe = tiny_recipe(tilts=tilts, tilt_series=True, volumes=False, number=1)
    made = simulate_tomograms(recipe, tmp_path / "out")
    names = sorted(path.name for path in (made / "tilt_series/SNR050").iterdir())
    assert names == [f"tomogram_001{axis}.{end}" for axis in "ab" for end in ("mrc", "rawtlt")]
    first, second = (
        mrcfile.read(made / f"tilt_series/SNR050/tomogram_001{axis}.mrc") for axis in "ab"
    )
    assert first.shape == second.shape == (7, 56, 64)
    assert not np.allclose(first, second)
    assert not (made / "tomograms").exists()


def test_rotations_in_the_truth_are_those_of_the_lists(out: Path) -> None:
    with open(out / "subtomograms/truth.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["class"] == "ribosome_70s"]
    turns = {
        row["path"].split("/", 1)[1]: Rotation.from_quat(
            [float(row[q]) for q in ("qx", "qy", "qz", "qw")]
        ).as_matrix()
        for row in rows
    }
    for at, (_, _, turn) in enumerate(from_relion5(out)):
        expected = turns[f"ribosome_70s/subtomogram_mrc/tomotarget{at}.mrc"]
        np.testing.assert_allclose(turn, expected, atol=1e-5)
