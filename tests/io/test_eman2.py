"""EMAN2's info files: boxes, classes, and classes written into the same text."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.errors import CryoalError
from cryoal.io.eman2 import read_eman2_info, write_eman2_classes
from cryoal.io.picks import Frame, TomogramGeometry

INFO = """{
 "apix_unbin": 2.0, "tlt_params": [[1e-9, -0.0, NaN]],
 "boxes_3d": [ [-10, 4, 0.5, "manual", 0.0, 1], [0,0,0,"tm",1.5,7],
   [1, 2, 3] ],
 "class_list": {"1": {"boxsize": 48, "name": "ribo"}, "0": {"boxsize": 48, "name": "a b"}},
 "odd": {"é": "\\u00e9 \\" "}
}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "TS_01_info.json"
    path.write_bytes(text.encode())
    return path


def test_boxes_count_from_the_centre(tmp_path):
    picks = read_eman2_info(write(tmp_path, INFO))
    assert picks.frame is Frame.CENTRED_UNBINNED_PX
    voxels = picks.voxels(np.array([0]), TomogramGeometry((101, 80, 41), 4.0, 2.0))
    np.testing.assert_allclose(voxels, [[50 - 5, 40 + 2, 20 + 0.25]])
    assert list(picks.labels) == ["ribo", "particles_07", "a b"]
    assert list(picks.ids) == ["TS_01/1", "TS_01/2", "TS_01/3"]
    np.testing.assert_array_equal(picks.unbinned_A, [2, 2, 2])


def test_old_files_count_voxels(tmp_path):
    picks = read_eman2_info(write(tmp_path, '{"boxes_3d": [[10, 20, 30, "manual"]]}'))
    assert (picks.frame, picks.labels) == (Frame.VOXELS, ["particles_00"])
    assert len(read_eman2_info(write(tmp_path, "{}"))) == 0


def test_only_classes_change(tmp_path):
    path = write(tmp_path, INFO)
    write_eman2_classes(path, tmp_path / "o_info.json", ["", "new", "ribo"])
    expected = (
        INFO.replace('"tm",1.5,7', '"tm",1.5,8')
        .replace("[1, 2, 3]", '[1, 2, 3, "manual", 0.0, 1]')
        .replace('"a b"}}', '"a b"}, "8": {"boxsize": 48, "name": "new"}}')
    )
    assert (tmp_path / "o_info.json").read_bytes().decode() == expected


@pytest.mark.parametrize("classes", ["", ', "class_list": {}'])
def test_classes_where_there_were_none(tmp_path, classes):
    path = write(tmp_path, f'\ufeff{{"boxes_3d": [[1, 2, 3, "m", 1], [4, 5, 6]]{classes}}}\r\n')
    write_eman2_classes(path, path, ["x", "y"])
    assert list(read_eman2_info(path).labels) == ["x", "y"]
    info = json.loads(path.read_text("utf-8-sig"))
    assert info["class_list"] == {
        "1": {"boxsize": 64, "name": "x"},
        "2": {"boxsize": 64, "name": "y"},
    }
    assert info["boxes_3d"] == [[1, 2, 3, "m", 1, 1], [4, 5, 6, "manual", 0.0, 2]]


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.text(max_size=5), VALUES, max_size=4),
    st.lists(st.tuples(st.text(max_size=4), VALUES), max_size=4),
    st.sampled_from([None, 0, 1]),
)
def test_all_else_survives_byte_for_byte(tmp_path_factory, other, boxes, indent):
    folder = tmp_path_factory.mktemp("eman2")
    taken = {"boxes_3d", "class_list", "apix_unbin"}
    info: dict[str, Any] = {name: value for name, value in other.items() if name not in taken}
    classes = {"class_list": {"3": {"name": "a", "odd": 1}, "5": {"name": "b"}}}

    def text(first: int) -> str:
        rows = [
            [at, 0, 0, method, score, first + at % 2 * 2]
            for at, (method, score) in enumerate(boxes)
        ]
        return json.dumps({"boxes_3d": rows} | info | classes, indent=indent)

    path = write(folder, text(7))
    write_eman2_classes(path, path, ["ab"[at % 2] for at in range(len(boxes))])
    assert path.read_bytes().decode() == text(3)


def test_200000_boxes_take_seconds(tmp_path):
    rows = ",".join(f'[{at},0,0,"manual",0.0,0]' for at in range(200_000))
    path = write(tmp_path, f'{{"boxes_3d":[{rows}],"class_list":{{}}}}')
    start = time.process_time()
    assert len(read_eman2_info(path)) == 200_000
    write_eman2_classes(path, path, ["x"] * 200_000)
    assert time.process_time() - start < 30


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ("[]", "is no object with a list of boxes_3d"),
        ('{"boxes_3d": [[1, 2, 3], [1, 2]]}', "box 2: is"),
        ('{"boxes_3d": [[1, 2, NaN]]}', "box 1: is"),
        ('{"boxes_3d": [[1, 2, 1e999]]}', "box 1: is"),
        ('{"boxes_3d": [[1, 2, 3, "m", 0, 1.5]]}', "box 1: is"),
        ('{"boxes_3d": [[1, 2, 3], [1, 2, 3.0]]}', "box 2: tomogram, place"),
        ('{"boxes_3d": [], "apix_unbin": -1}', "apix_unbin is -1, no size"),
        ('{"boxes_3d": [], "class_list": {"x": {}}}', "class_list is not of numbers"),
    ],
)
def test_bad_files_give_one_line(tmp_path, text, message):
    with pytest.raises(CryoalError, match=message):
        read_eman2_info(write(tmp_path, text))


def test_another_number_of_boxes(tmp_path):
    path = write(tmp_path, INFO)
    with pytest.raises(CryoalError, match="has 3 boxes, 1 classes"):
        write_eman2_classes(path, path, ["a"])
