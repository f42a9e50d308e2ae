from __future__ import annotations

import numpy as np
import pytest

from cryoal.errors import CryoalError
from cryoal.io.cbox import read_cbox, write_cbox_classes

TEXT = """
data_global

_cbox_format_version 1.0

data_cryolo

loop_
_CoordinateX #1
_CoordinateY #2
_CoordinateZ #3
_Width #4
_Height #5
_Depth #6
_Confidence #7
10.5 20 30 7 8 9 <NA>
1e-9 -0.0 3 7 8 9 0.5

data_cryolo_include

loop_
_slice_index #1
3
"""


def test_corners_become_middles_but_for_z(tmp_path):
    path = tmp_path / "TS_1.cbox"
    path.write_text(TEXT)
    picks = read_cbox(path)
    np.testing.assert_allclose(picks.positions, [[14, 24, 30], [3.5, 4, 3]])
    assert (picks.tomograms, picks.labels) == (["TS_1", "TS_1"], [])


def test_classes_are_added_and_everything_else_kept(tmp_path):
    path, out = tmp_path / "a.cbox", tmp_path / "o.cbox"
    path.write_text(TEXT)
    write_cbox_classes(path, out, ["a b", "x"], ["0.5", "1"])
    added = "_Confidence #7\n_cryoalClass #8\n_cryoalProbability #9\n"
    expected = (
        TEXT.replace("_Confidence #7\n", added)
        .replace("<NA>", '<NA>  "a b"  0.5')
        .replace("9 0.5", "9 0.5  x  1")
    )
    assert out.read_text() == expected
    assert read_cbox(out).labels == ["a b", "x"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("_Width #4", "_Breadth #4", "no table with _Width"),
        ("data_cryolo\n", "data_other\n", "no table with _CoordinateX, _"),
        ("10.5", "<NA>", "line 16: _CoordinateX is '<NA>'"),
        ("1e-9 -0.0 3 7 8 9 0.5", "10.5 20 30 7 8 1 1", "line 17: tomogram, place"),
    ],
)
def test_bad_files_give_one_line(tmp_path, old, new, message):
    path = tmp_path / "a.cbox"
    path.write_text(TEXT.replace(old, new))
    with pytest.raises(CryoalError, match=message):
        read_cbox(path)
