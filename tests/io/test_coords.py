from __future__ import annotations

import numpy as np
import pytest

from cryoal.errors import CryoalError
from cryoal.io.coordinate_unit import Unit
from cryoal.io.coords import read_coords, write_coords_of_classes
from cryoal.io.picks import Frame

TEXT = "10 20 30\r\n  1e-9\t-0.0  3.50\r\n\r\n7 8 9"


def test_a_line_a_point_of_the_tomogram_of_that_name(tmp_path):
    path = tmp_path / "TS 001.coords"
    path.write_bytes(TEXT.encode())
    picks = read_coords(path)
    np.testing.assert_array_equal(picks.positions, [[10, 20, 30], [1e-9, 0, 3.5], [7, 8, 9]])
    assert (picks.tomograms[0], picks.ids[2]) == ("TS 001", "TS 001/3")
    assert picks.frame is Frame.VOXELS
    assert read_coords(path, Unit.A).frame is Frame.CORNER_A


def test_a_file_a_class(tmp_path):
    path = tmp_path / "t.coords"
    path.write_bytes(TEXT.encode())
    written = write_coords_of_classes(path, tmp_path / "o.coords", ["a b", "x", "a b"])
    assert [file.name for file in written] == ["o.a b.coords", "o.x.coords"]
    assert written[0].read_bytes() == b"10 20 30\r\n7 8 9\n"
    assert written[1].read_bytes() == b"  1e-9\t-0.0  3.50\r\n"
    assert write_coords_of_classes(path, tmp_path / "o.coords", ["", "", ""]) == []


def test_an_empty_file(tmp_path):
    path = tmp_path / "t.coords"
    path.write_text("# nothing\n")
    assert len(read_coords(path)) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 2\n", "line 1: 2 values; x, y and z"),
        ("1 2 3 4\n", "line 1: 4 values; three a line"),
        ("1 2 3\n4 5 x\n", "line 2: z is 'x'"),
        ("1 2 3\n1 2 3.0\n", "line 2: tomogram, place"),
    ],
)
def test_bad_files_give_one_line(tmp_path, text, message):
    path = tmp_path / "t.coords"
    path.write_text(text)
    with pytest.raises(CryoalError, match=message):
        read_coords(path)


def test_a_class_that_is_no_file_name(tmp_path):
    path = tmp_path / "t.coords"
    path.write_text("1 2 3\n")
    with pytest.raises(CryoalError, match=r"class '\.\./a' cannot be"):
        write_coords_of_classes(path, path, ["../a"])
    with pytest.raises(CryoalError, match="has 1 points, 2 classes"):
        write_coords_of_classes(path, path, ["a", "b"])
