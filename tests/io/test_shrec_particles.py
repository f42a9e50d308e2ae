from __future__ import annotations

from pathlib import Path

import mrcfile
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from particle_lists import PARTICLES

from cryoal.errors import CryoalError
from cryoal.io.shrec import write_particle_locations
from cryoal.io.shrec_particles import LOCATIONS, read_shrec_particles, write_shrec_classes


def write(folder: Path, text: str) -> Path:
    (folder / "model_9").mkdir(exist_ok=True)
    path = folder / "model_9" / LOCATIONS
    path.write_bytes(text.encode())
    return path


def volume(path: Path, slices: int) -> None:
    with mrcfile.new(path) as file:
        file.set_data(np.zeros((slices, 2, 3), np.int8))


def test_blanks_of_any_width(tmp_path):
    path = write(tmp_path, "3d2f  180  480  118  -45   81  -72\n1BXN\t1 2 3 90 0 0\n")
    picks = read_shrec_particles(path)
    assert list(picks.labels) == ["3d2f", "1BXN"]
    assert list(picks.ids) == ["model_9/1", "model_9/2"]
    np.testing.assert_array_equal(picks.positions, [[180, 480, 118], [1, 2, 3]])
    assert picks.rotations is not None
    np.testing.assert_allclose(picks.rotations.apply([1, 0, 0])[1], [0, 1, 0], atol=1e-12)
    assert picks.files == {}


def test_what_the_simulator_writes(tmp_path):
    path = write(tmp_path, "")
    write_particle_locations(path, PARTICLES.classes, PARTICLES.picks_px, PARTICLES.rotations)
    picks = read_shrec_particles(path)
    np.testing.assert_array_equal(picks.positions, np.rint(PARTICLES.picks_px))
    assert picks.rotations is not None
    apart = (picks.rotations * PARTICLES.rotations.inv()).magnitude()
    np.testing.assert_allclose(apart, 0, atol=1e-5)


@pytest.mark.parametrize(
    ("z", "expected"),
    [([10, 190], [166, 346]), ([160, 340], [160, 340])],
)
def test_z_counts_slices_of_the_reconstruction(tmp_path, z, expected):
    """512 slices, 200 of the masks: 156 in front of them."""
    path = write(tmp_path, "".join(f"a 1 2 {one}\n" for one in z))
    volume(path.with_name("reconstruction.mrc"), 512)
    volume(path.with_name("class_mask.mrc"), 200)
    picks = read_shrec_particles(path)
    assert picks.positions[:, 2].tolist() == expected
    assert picks.files == {"model_9": path.with_name("reconstruction.mrc").resolve()}
    assert read_shrec_particles(path, z_offset_px=7).positions[0, 2] == z[0] + 7


def test_a_doubtful_offset_is_refused(tmp_path):
    path = write(tmp_path, "a 1 2 170\n")
    volume(path.with_name("reconstruction.mrc"), 512)
    volume(path.with_name("grandmodel.mrc"), 200)
    with pytest.raises(CryoalError, match="state the offset, 0 or 156"):
        read_shrec_particles(path)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=6
).filter(lambda text: not text.startswith("#"))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(WORDS, WORDS, st.sampled_from([" ", "\t", "   "])), max_size=5),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\ufeff"]),
)
def test_all_but_the_class_survives(tmp_path_factory, rows, end, mark):
    path = write(tmp_path_factory.mktemp("shrec"), "")

    def text(at: int) -> bytes:
        lines = (f"{row[at]}{row[2]}1{row[2]}-0.0 1e-9  0 0 0{end}" for row in rows)
        return (mark + "".join(lines)).encode()

    path.write_bytes(text(0))
    write_shrec_classes(path, path, [row[1] for row in rows])
    assert path.read_bytes() == text(1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a 1 2\n", "line 1: 3 values"),
        ("a 1 2 3 4\n", "line 1: 5 values; 4 or 7"),
        ("a 1 2 3\nb 1 2\n", "line 2: 3 values, 4 above"),
        ("a 1 2 x\n", "line 1: a value is 'x'"),
        ("a 1 2 3\nb 1 2 3\n", "line 2: tomogram, place"),
    ],
)
def test_bad_lists_give_one_line(tmp_path, text, message):
    with pytest.raises(CryoalError, match=message):
        read_shrec_particles(write(tmp_path, text))


@pytest.mark.parametrize("name", ["", "a b", "#a"])
def test_a_class_that_is_no_word(tmp_path, name):
    path = write(tmp_path, "a 1 2 3\n")
    with pytest.raises(CryoalError, match=r"line 1: class .* cannot be a word"):
        write_shrec_classes(path, path, [name])
    assert path.read_text() == "a 1 2 3\n"


def test_an_empty_list(tmp_path):
    assert len(read_shrec_particles(write(tmp_path, ""))) == 0
