"""Points of the CryoET Data Portal, and classes written into their lines."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.errors import CryoalError
from cryoal.io.picks import Frame
from cryoal.io.portal_points import read_portal_points, write_portal_classes

POINT = '{"type": "point", "location": {"x": 10, "y": 20.5, "z": 30}}\n'
TURN = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]


def write(folder: Path, text: str, name: str = "ribo-1.0_point.ndjson") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_run_voxel_and_object_are_those_of_the_portals_folders(tmp_path):
    folder = tmp_path / "10000/TS_1/Reconstructions/VoxelSpacing13.480/Annotations/100"
    path = write(folder, POINT)
    write(
        folder, json.dumps({"annotation_object": {"name": "cytosolic ribosome"}}), "ribo-1.0.json"
    )
    assert read_portal_points(path).files == {}
    volume = write(folder.parents[1] / "Tomograms" / "7", "", "TS_1.mrc")
    picks = read_portal_points(path)
    assert picks.files == {"TS_1": volume}
    assert (picks.tomograms, picks.frame) == (["TS_1"], Frame.VOXELS)
    assert picks.labels == ["cytosolic ribosome"]
    np.testing.assert_array_equal(picks.positions, [[10, 20.5, 30]])
    np.testing.assert_array_equal(picks.voxel_size_A, [13.48])
    assert picks.rotations is None


def test_oriented_points_elsewhere(tmp_path):
    line = {"type": "orientedPoint", "location": {"x": 1, "y": 2, "z": 3}, "instance_id": 4}
    path = write(tmp_path, json.dumps(line | {"xyz_rotation_matrix": TURN}))
    picks = read_portal_points(path)
    assert picks.rotations is not None
    np.testing.assert_allclose(picks.rotations.apply([[1, 0, 0]]), [[0, 1, 0]], atol=1e-12)
    assert (picks.tomograms, picks.labels) == (["ribo-1.0_point"], [""])
    assert picks.voxel_size_A is None


VALUES = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=3), max_size=4),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
    st.sampled_from(["", "\ufeff"]),
)
def test_classes_are_added_and_all_else_kept(tmp_path_factory, others, end, mark):
    taken = {"location", "class", "probability"}
    lines = [
        json.dumps({k: v for k, v in other.items() if k not in taken} | {"location": {"x": at}})
        for at, other in enumerate(others)
    ]
    folder = tmp_path_factory.mktemp("ndjson")
    path = write(folder, mark + end.join(lines))
    write_portal_classes(path, folder / "o.ndjson", ["é b"] * len(lines), ["0.50"] * len(lines))
    added = ', "class": "\\u00e9 b", "probability": 0.50}'
    expected = mark + end.join(line[:-1] + added for line in lines)
    assert (folder / "o.ndjson").read_bytes().decode() == expected


def test_written_classes_are_read_and_replaced(tmp_path):
    path = write(tmp_path, POINT)
    write_portal_classes(path, path, ["a"], ["0.5"])
    write_portal_classes(path, path, ["b"], ["1"])
    assert read_portal_points(path).labels == ["b"]
    assert path.read_text() == POINT.replace("}}", '}, "class": "b", "probability": 1}')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (POINT + POINT, "line 2: tomogram, place"),
        (POINT + POINT[:-4], "line 2: is not JSON"),
        ("[1]", "line 1: is no JSON object"),
        (POINT.replace("20.5", "NaN"), "line 1: no location"),
        (POINT.replace("20.5", "1" * 400), "line 1: no location"),
        (POINT.replace("20.5", '"b"'), "line 1: no location"),
        ("{}", "line 1: no location"),
        (POINT.replace("}}", '}, "xyz_rotation_matrix": [[1, 0], [0, 1]]}'), "is no rotation"),
        (
            POINT.replace("}}", '}, "xyz_rotation_matrix": [[-1,0,0],[0,1,0],[0,0,1]]}'),
            "is no rotation",
        ),
    ],
)
def test_bad_files_give_one_line(tmp_path, text, message):
    with pytest.raises(CryoalError, match=message):
        read_portal_points(write(tmp_path, text))


def test_an_empty_file(tmp_path):
    path = write(tmp_path, "")
    assert len(read_portal_points(path)) == 0
    with pytest.raises(CryoalError, match="has 0 points, 1 classes"):
        write_portal_classes(path, path, ["a"], ["1"])
