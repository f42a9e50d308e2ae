"""Places, orientations and labels of RELION's and Warp's particles, and classes written back."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from particle_lists import PARTICLES

from cryoal.errors import CryoalError
from cryoal.io.coordinate_unit import Unit
from cryoal.io.picks import Frame, TomogramGeometry
from cryoal.io.relion5 import (
    RelionOptics,
    write_optimisation_set,
    write_particles,
    write_tomograms,
)
from cryoal.io.relion_particles import read_relion_particles, write_relion_classes
from cryoal.io.star import read_star

OPTICS = RelionOptics(300.0, 2.7, 0.07, hand=-1, premultiplied=True, box_px=32)


def turn(axis: str, degrees: float) -> np.ndarray:
    """Matrix that turns column vectors xyz about an axis."""
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    if axis == "z":
        return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    return np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])


def matrix(rot: float, tilt: float, psi: float) -> np.ndarray:
    return (turn("z", rot) @ turn("y", tilt) @ turn("z", psi)).T


def write(folder: Path, text: str, name: str = "particles.star") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def table(columns: list[str], rows: list[list[object]], block: str = "particles") -> str:
    header = "".join(f"_{column} #{at}\n" for at, column in enumerate(columns, start=1))
    return f"\ndata_{block}\n\nloop_\n{header}" + "".join(
        " ".join(str(value) for value in row) + "\n" for row in rows
    )


XYZ = [f"rlnCoordinate{axis}" for axis in "XYZ"]
CENTRED = [f"rlnCenteredCoordinate{axis}Angst" for axis in "XYZ"]
ORIGINS_A = [f"rlnOrigin{axis}Angst" for axis in "XYZ"]
ANGLES = [f"rlnAngle{name}" for name in ("Rot", "Tilt", "Psi")]
SUBTOMOGRAM = [f"rlnTomoSubtomogram{name}" for name in ("Rot", "Tilt", "Psi")]


def test_the_simulators_relion5_files_come_back(tmp_path):
    path = tmp_path / "particles.star"
    write_particles(path, PARTICLES, OPTICS)
    (tmp_path / "v").mkdir()
    (tmp_path / "v" / "1.mrc").touch()
    volumes = {"t_1": "v/1.mrc", "t_2": "v/2.mrc"}
    write_tomograms(tmp_path / "tomograms.star", volumes, PARTICLES.size_px, 8.0, OPTICS)
    picks = read_relion_particles(path, label_column="cryoalClass")
    geometry = TomogramGeometry(PARTICLES.size_px, 8.0, 8.0)
    voxels = picks.voxels(np.arange(3), geometry)
    np.testing.assert_allclose(voxels, PARTICLES.picks_px + PARTICLES.shifts_px, atol=1e-4)
    assert picks.rotations is not None
    apart = (picks.rotations * PARTICLES.rotations.inv()).magnitude()
    np.testing.assert_allclose(apart, 0, atol=1e-5)
    assert list(picks.labels) == ["b", "a", "b"]
    assert list(picks.ids) == ["t_2/1", "t_1/1", "t_2/2"]
    assert list(picks.tomograms) == ["t_2", "t_1", "t_2"]
    np.testing.assert_array_equal(picks.unbinned_A, [8, 8, 8])
    assert picks.files == {"t_2": tmp_path / "v/2.mrc", "t_1": tmp_path / "v/1.mrc"}
    assert picks.unbinned_sizes_px["t_1"] == (101, 80, 40)


def test_tomograms_are_found_through_an_optimisation_set(tmp_path):
    (tmp_path / "job").mkdir()
    path = tmp_path / "job" / "particles.star"
    write_particles(path, PARTICLES, OPTICS)
    write_tomograms(tmp_path / "all.star", {"t_1": "1.mrc"}, (101, 80, 40), 8.0, OPTICS)
    write_optimisation_set(
        path.with_name("optimisation_set.star"), "job/particles.star", "all.star"
    )
    assert list(read_relion_particles(path).files) == ["t_1"]


def test_relion4_by_hand(tmp_path):
    """The subtomogram's rotation turns the origin, which is subtracted, and goes first."""
    optics = table(
        ["rlnOpticsGroup", "rlnTomoTiltSeriesPixelSize", "rlnImagePixelSize"],
        [[1, 2.0, 8], [2, 1.0, 8]],
        "optics",
    )
    columns = ["rlnTomoName", *XYZ, *ORIGINS_A, *ANGLES, *SUBTOMOGRAM, "rlnOpticsGroup"]
    rows = [
        ["001", 100, 200, 40, 8, 4, 2, 10, 20, 30, 40, 50, 60, 2],
        ["001", 100, 200, 48, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ]
    picks = read_relion_particles(write(tmp_path, optics + table(columns, rows)))
    assert picks.frame is Frame.UNBINNED_PX
    first, second = matrix(40, 50, 60), matrix(10, 20, 30)
    assert picks.rotations is not None
    np.testing.assert_allclose(picks.rotations.as_matrix()[0], first @ second, atol=1e-12)
    np.testing.assert_array_equal(picks.unbinned_A, [1, 2])
    assert list(picks.ids) == ["001/1", "001/2"]
    voxels = picks.voxels(np.array([0]), TomogramGeometry((50, 60, 20), 4.0, 1.0))
    np.testing.assert_allclose(voxels[0], (np.array([100, 200, 40]) - first @ [8, 4, 2]) / 4)


def test_relion5_centred_coordinates_win_and_halves_stay(tmp_path):
    columns = ["rlnTomoName", *CENTRED, *XYZ]
    path = write(tmp_path, table(columns, [["a", -10, 0, 5, 1, 2, 3]]))
    picks = read_relion_particles(path)
    voxels = picks.voxels(np.array([0]), TomogramGeometry((11, 10, 9), 2.0))
    np.testing.assert_allclose(voxels, [[0.5, 5, 7]])
    assert picks.rotations is None
    assert picks.unbinned_A is None


def test_two_of_three_centred_columns_are_not_enough(tmp_path):
    path = write(tmp_path, table(["rlnTomoName", *CENTRED[:2], *XYZ], [["a", -10, 0, 1, 2, 3]]))
    assert read_relion_particles(path).frame is Frame.UNBINNED_PX


def test_relion31_counts_voxels_and_has_origins_in_angstrom(tmp_path):
    optics = table(["rlnOpticsGroup", "rlnImagePixelSize"], [[1, 4.0]], "optics")
    columns = ["rlnMicrographName", *XYZ, *ORIGINS_A, "rlnOpticsGroup"]
    picks = read_relion_particles(
        write(tmp_path, optics + table(columns, [["'a b.mrc'", 1, 2, 3, 4, -8, 0, 1]]))
    )
    assert list(picks.tomograms) == ["a b.mrc"]
    np.testing.assert_array_equal(picks.voxel_size_A, [4])
    voxels = picks.voxels(np.array([0]), TomogramGeometry((50, 60, 20), 4.0))
    np.testing.assert_allclose(voxels, [[0, 4, 3]])


def test_relion30_origins_are_pixels(tmp_path):
    columns = [*XYZ, "rlnOriginX", "rlnDetectorPixelSize", "rlnMagnification"]
    picks = read_relion_particles(
        write(tmp_path, table(columns, [[10, 20, 30, 2.5, 8, 10000]], ""))
    )
    assert picks.frame is Frame.VOXELS
    np.testing.assert_allclose(picks.positions, [[7.5, 20, 30]])
    np.testing.assert_allclose(picks.voxel_size_A, [8])
    assert list(picks.tomograms) == ["particles"]


def test_warps_pixels_are_those_of_the_exported_boxes(tmp_path):
    columns = [*XYZ, "rlnMicrographName", "rlnPixelSize"]
    text = table(columns, [[10, 20, 30, "TS_1.tomostar", 12.0]], "")
    picks = read_relion_particles(write(tmp_path, text))
    voxels = picks.voxels(np.array([0]), TomogramGeometry((50, 60, 20), 6.0))
    np.testing.assert_allclose(voxels, [[20, 40, 60]])


def test_a_stated_unit_overrides_the_version(tmp_path):
    path = write(tmp_path, table(["rlnTomoName", *XYZ], [["a", 10, 20, 30]]))
    assert read_relion_particles(path, unit=Unit.A).frame is Frame.CORNER_A
    assert read_relion_particles(path, unit=Unit.PX).frame is Frame.VOXELS


def test_real_ribosomes(data_folder):
    """WarpTools counted pixels of 12 A: all lie within the tomograms, none in one corner."""
    folder = data_folder / "empiar10499"
    if not folder.is_dir():
        pytest.skip("no empiar10499; set CRYOAL_DATA")
    picks = read_relion_particles(folder / "particles.star")
    assert len(picks) == 40
    assert len(set(picks.tomograms)) == 4
    assert picks.unbinned_sizes_px["Unt_050.tomostar"] == (4400, 6000, 1400)
    size_px = (611, 833, 194)
    voxels = picks.voxels(np.arange(40), TomogramGeometry(size_px, 12.0, 1.667))
    assert (voxels >= 0).all()
    assert (voxels < size_px).all()
    assert (voxels.max(axis=0) > np.array(size_px) / 2).all()
    np.testing.assert_allclose(voxels[0], [494.521, 564.065, 28.146])


def test_classes_are_written_beside_what_was_there(tmp_path):
    path = write(tmp_path, table(["rlnTomoName", *XYZ], [["001", "1e-9", "-0.0", 3]]))
    write_relion_classes(path, tmp_path / "out.star", [2], ["0.25"])
    old, new = path.read_text().splitlines(), (tmp_path / "out.star").read_text().splitlines()
    assert new[-1] == old[-1] + "  2  0.25"
    assert new[: len(old) - 1] == old[:-1]
    assert new[len(old) - 1 : -1] == ["_rlnClassNumber #5", "_cryoalProbability #6"]


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=8
).filter(lambda text: text[0] not in "\"'#_;" and not text.startswith(("data_", "loop_")))
NUMBERS = st.floats(-1e6, 1e6).map(repr)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(WORDS, NUMBERS, NUMBERS, NUMBERS, WORDS), max_size=6, unique=True),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\ufeff"]),
)
def test_any_columns_survive(tmp_path_factory, rows, end, mark):
    folder = tmp_path_factory.mktemp("star")
    text = mark + table(["rlnTomoName", *XYZ, "odd"], [list(row) for row in rows])
    path = write(folder, text.replace("\n", end))
    write_relion_classes(path, folder / "o.star", list(range(len(rows))), ["0.5"] * len(rows))
    before, after = (read_star(file)[0] for file in (path, folder / "o.star"))
    assert [row[:5] for row in after.rows] == before.rows
    assert after.column("rlnClassNumber") == [str(at) for at in range(len(rows))]
    added = [f"_rlnClassNumber #6{end}", f"_cryoalProbability #7{end}"]
    kept = (folder / "o.star").read_bytes().decode()
    for line in added:
        kept = kept.replace(line, "", 1)
    for at in range(len(rows)):
        kept = kept.replace(f"  {at}  0.5{end}", end, 1)
    assert kept == path.read_bytes().decode()


def test_200000_rows_take_seconds(tmp_path):
    values = np.arange(200_000)
    rows = [["TS_1", at, at % 1000, at % 300, 1, 2, 3, 10, 20, 30] for at in values]
    path = write(tmp_path, table(["rlnTomoName", *XYZ, *ORIGINS_A, *ANGLES], rows))
    start = time.process_time()
    assert len(read_relion_particles(path)) == 200_000
    write_relion_classes(path, path, [1] * 200_000, ["0.5"] * 200_000)
    assert time.process_time() - start < 30


def test_an_empty_table(tmp_path):
    path = write(tmp_path, table(["rlnTomoName", *XYZ, *ORIGINS_A, *ANGLES], []))
    assert len(read_relion_particles(path)) == 0
    write_relion_classes(path, path, [], [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no data_ block"),
        (table(["rlnTomoName", *XYZ[:2]], [["a", 1, 2]]), "0 tables with"),
        (table(["rlnTomoName", *XYZ], [["a", 1, 2, 3], ["a", 1, "nan", 3]]), "line 10: _rlnCoor"),
        (table(["rlnTomoName", *XYZ], [["a", 1, "1e999", 3]]), "line 9: .* not a finite number"),
        (table(["rlnTomoName", *XYZ], [["a", 1, 2, 3], ["a", 1.0, "2e0", 3]]), "line 10: tomogram"),
        (
            table(["rlnTomoParticleName", "rlnTomoName", *XYZ], [["x", "a", 1, 2, "b"]]),
            "_rlnCoordinateZ is 'b'",
        ),
        (
            table(["rlnOpticsGroup", "rlnTomoTiltSeriesPixelSize"], [[1, 2]], "optics")
            + table(["rlnTomoName", "rlnOpticsGroup", *XYZ], [["a", 7, 1, 2, 3]]),
            "optics group 7 is not in data_optics",
        ),
        (table([*XYZ, "rlnPixelSize"], [[1, 2, 3, 0]]), "_rlnPixelSize is not above 0"),
        (table(XYZ, [[1, 2, 3]]) + table(XYZ, [[1, 2, 3]]), "2 tables"),
    ],
)
def test_bad_files_give_one_line(tmp_path, text, message):
    with pytest.raises(CryoalError, match=message) as caught:
        read_relion_particles(write(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_a_label_column_that_is_not_there_names_near_ones(tmp_path):
    path = write(tmp_path, table(["rlnTomoName", "rlnClassNumber", *XYZ], [["a", 1, 1, 2, 3]]))
    with pytest.raises(CryoalError, match=r"no column .rlnClass. .* rlnClassNumber"):
        read_relion_particles(path, label_column="rlnClass")
    assert list(read_relion_particles(path, label_column="_rlnClassNumber").labels) == ["1"]
