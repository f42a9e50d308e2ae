from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cryoal.errors import CryoalError
from cryoal.io.star import read_star
from cryoal.pools import open_subtomograms
from cryoal.pools.particles_star import particles_block
from cryoal.pools.places import Places, read_places

PIXELS = [f"rlnCoordinate{axis}" for axis in "XYZ"]
CENTRED = [f"rlnCenteredCoordinate{axis}Angst" for axis in "XYZ"]
SIZES = ["rlnTomoName", *(f"rlnTomoSize{axis}" for axis in "XYZ"), "rlnTomoTiltSeriesPixelSize"]


def star(name: str, columns: list[str], rows: list[str]) -> str:
    return "\n".join([f"data_{name}", "loop_", *(f"_{column}" for column in columns), *rows, ""])


def places_of(path: Path, image_A: float | None = None) -> Places:
    blocks = read_star(path)
    return read_places(path, blocks, particles_block(path, blocks), image_A)


def write(folder: Path, names: list[str], rows: list[str], pixels: str = "2.0") -> Path:
    path = folder / "particles.star"
    optics = star("optics", ["rlnTomoTiltSeriesPixelSize"], pixels.split()) if pixels else ""
    items = [f"{number}@x.mrcs T {row}" for number, row in enumerate(rows, 1)]
    path.write_text(optics + star("particles", ["rlnImageName", "rlnTomoName", *names], items))
    return path


def write_tomograms(path: Path, row: str = "T 100 200 50 2.0") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(star("global", SIZES, [row]))


def test_the_tomograms_file_beside_states_the_size(tmp_path: Path) -> None:
    path = write(tmp_path, PIXELS, ["10 20 30"])
    assert places_of(path).tomograms_A == {}
    write_tomograms(tmp_path / "tomograms.star")
    places = places_of(path)
    assert places.positions_A is not None
    assert places.positions_A.tolist() == [[20, 40, 60]]
    assert places.tomograms_A["T"].tolist() == [[0, 0, 0], [200, 400, 100]]


def test_an_optimisation_set_names_it_from_the_project_folder(tmp_path: Path) -> None:
    job = tmp_path / "Extract" / "job007"
    job.mkdir(parents=True)
    path = write(job, PIXELS, ["10 20 30"])
    write_tomograms(tmp_path / "Tomograms" / "job003" / "tomograms.star")
    named = ["rlnTomoParticlesFile", "rlnTomoTomogramsFile"]
    row = "Extract/job007/particles.star Tomograms/job003/tomograms.star"
    (job / "optimisation_set.star").write_text(star("", named, [row]))
    assert places_of(path).tomograms_A["T"].tolist() == [[0, 0, 0], [200, 400, 100]]


def test_centred_coordinates_have_the_size_around_0(tmp_path: Path) -> None:
    path = write(tmp_path, CENTRED, ["-4 5.5 6"], pixels="")
    write_tomograms(tmp_path / "tomograms.star")
    places = places_of(path)
    assert places.positions_A is not None
    assert places.positions_A.tolist() == [[-4, 5.5, 6]]
    assert places.tomograms_A["T"].tolist() == [[-100, -200, -50], [100, 200, 50]]


@pytest.mark.parametrize(
    ("pixels", "words"), [("", "not the size of their pixel"), ("1.5 2.0", "several sizes")]
)
def test_coordinates_without_one_pixel_size_say_so(tmp_path: Path, pixels: str, words: str) -> None:
    places = places_of(write(tmp_path, PIXELS, ["10 20 30"], pixels))
    assert places.positions_A is None
    assert words in places.why_none
    assert places_of(write(tmp_path, [], [""], pixels)).why_none == ""


def test_the_same_size_written_twice_is_one(tmp_path: Path) -> None:
    assert places_of(write(tmp_path, PIXELS, ["1 2 3"], "1.66700 1.667")).positions_A is not None


def test_coordinates_in_pixels_of_the_particles_are_found_out(tmp_path: Path) -> None:
    write_tomograms(tmp_path / "tomograms.star", "T 100 200 50 2.0")
    generator = np.random.default_rng(0)
    unbinned = generator.uniform(0, (100, 200, 50), (12, 3))
    for factor, binned in ((1, False), (1 / 5, True)):
        rows = [" ".join(map(str, row)) for row in unbinned * factor]
        path = write(tmp_path, PIXELS, rows)
        places = places_of(path, image_A=10.0)
        assert places.positions_A is not None
        np.testing.assert_allclose(places.positions_A, unbinned * 2, rtol=1e-6)
        assert bool(places.warnings) == binned
    few = places_of(write(tmp_path, PIXELS, rows[:9]), image_A=10.0)
    assert not few.warnings


@pytest.mark.parametrize(
    ("row", "pixels", "message"),
    [
        ("1 2 nan", "2.0", "not all finite"),
        ("1 2 here", "2.0", "hold no number"),
        ("1 2 3", "0", "sizes that cannot be"),
        ("1 2 3", "two", "not a number"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, row: str, pixels: str, message: str) -> None:
    with pytest.raises(CryoalError, match=message):
        places_of(write(tmp_path, PIXELS, [row], pixels))


def test_a_tomogram_reaches_as_far_as_stated_and_as_all_its_items(tmp_path: Path, make_mrc) -> None:
    make_mrc(tmp_path / "x.mrcs", data=np.ones((3, 8, 8, 8), "f4") + np.eye(8, dtype="f4"))
    path = write(tmp_path, PIXELS, ["10 20 30", "120 30 5", "50 50 20"])
    pool = open_subtomograms(path)
    tomogram = pool.tomogram("T")
    assert tomogram is not None
    assert tomogram.box_A.tolist() == [[20, 40, 10], [240, 100, 60]]
    assert len(tomogram.places_A) == 3
    write_tomograms(tmp_path / "tomograms.star")
    tomogram = open_subtomograms(path).tomogram("T")
    assert tomogram is not None
    assert tomogram.box_A.tolist() == [[0, 0, 0], [240, 400, 100]]
