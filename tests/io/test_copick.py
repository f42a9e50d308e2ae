"""Picks of a copick project: read with user and session, written under the user cryoal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.errors import CryoalError
from cryoal.io.copick import read_copick, write_copick_classes
from cryoal.io.copick_files import CopickSelection, is_copick_project
from cryoal.io.picks import TomogramGeometry

ALL = CopickSelection()


def point(x: float, *, shift: float = 0, mirrored: bool = False, **other: Any) -> dict[str, Any]:
    """Turned by 90 degrees about z, then moved along x."""
    matrix = [[0, -1, 0, shift], [1, 0, 0, 0], [0, 0, -1 if mirrored else 1, 0], [0, 0, 0, 1]]
    return {"location": {"x": x, "y": 20, "z": 30}, "transformation_": matrix} | other


def write(root: Path, run: str, name: str, points: Any, **other: Any) -> Path:
    path = root / "ExperimentRuns" / run / "Picks" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    user, session, thing = name.split("_")
    head = {"pickable_object_name": thing, "user_id": user, "session_id": session}
    path.write_text(json.dumps(head | {"unit": "angstrom", "points": points} | other))
    return path


def test_picks_of_all_runs(tmp_path):
    write(tmp_path, "TS-2", "ann_1_ribo", [point(10, shift=2), point(11)])
    write(tmp_path, "TS-1", "ann_1_apo", [point(12)])
    volume = tmp_path / "ExperimentRuns/TS-1/VoxelSpacing10.000/wbp.zarr"
    volume.mkdir(parents=True)
    (volume.parent / "wbp_sam_features.zarr").mkdir()
    picks = read_copick(tmp_path, ALL)
    assert picks.ids == ["TS-1/ann_1_apo/1", "TS-2/ann_1_ribo/1", "TS-2/ann_1_ribo/2"]
    assert picks.tomograms == ["TS-1", "TS-2", "TS-2"]
    assert picks.labels == ["apo", "ribo", "ribo"]
    assert picks.files == {"TS-1": volume}
    voxels = picks.voxels(np.array([1]), TomogramGeometry((50, 50, 50), 4.0))
    np.testing.assert_allclose(voxels, [[3, 5, 7.5]])
    assert picks.rotations is not None
    np.testing.assert_allclose(picks.rotations.apply([1, 0, 0])[0], [0, 1, 0], atol=1e-12)


def test_user_and_session_select(tmp_path):
    for name in ("ann_1_ribo", "ann_2_ribo", "bob_1_ribo"):
        write(tmp_path, "a", name, [point(10)])
    assert read_copick(tmp_path, CopickSelection("ann", "2")).ids == ["a/ann_2_ribo/1"]
    with pytest.raises(CryoalError, match="point 1: tomogram, place"):
        read_copick(tmp_path, ALL)
    with pytest.raises(CryoalError, match=r"no picks of user eve; .* ann_1, ann_2, bob_1"):
        read_copick(tmp_path, CopickSelection("eve"))


def test_a_configuration_names_the_roots_and_the_overlay_wins(tmp_path):
    write(tmp_path / "static", "a", "ann_1_ribo", [point(10)])
    write(tmp_path / "static", "b", "ann_1_ribo", [point(10)])
    write(tmp_path / "overlay", "a", "ann_1_ribo", [point(15)])
    config = tmp_path / "c.json"
    roots = {"overlay_root": f"local://{tmp_path}/overlay", "static_root": "static"}
    config.write_text(json.dumps(roots))
    assert is_copick_project(config)
    assert read_copick(config, ALL).positions[:, 0].tolist() == [15, 10]
    config.write_text(json.dumps({"static_root": "s3://bucket"}))
    with pytest.raises(CryoalError, match="s3://bucket is not on this disk"):
        read_copick(config, ALL)


def test_orientations_that_are_not_trusted_are_left_out(tmp_path):
    write(tmp_path, "a", "ann_1_ribo", [point(10)], trust_orientation=False)
    assert read_copick(tmp_path, ALL).rotations is None


def test_classes_become_picks_of_cryoal(tmp_path):
    write(tmp_path, "a", "ann_1_ribo", [point(10, instance_id=7, score=1.0), point(11), point(12)])
    write(tmp_path, "b", "ann_1_ribo", [point(13)], trust_orientation=False)
    classes, chances = ["apo", "ribo", "", "ribo"], ["0.5", "0.75", "0", "1"]
    written = write_copick_classes(
        tmp_path, tmp_path, CopickSelection("ann"), "3", classes, chances
    )
    assert sorted(path.name for path in written) == [
        "cryoal_3_apo.json",
        "cryoal_3_ribo.json",
        "cryoal_3_ribo.json",
    ]
    first = json.loads((written[0]).read_text())
    assert first["points"] == [point(10, instance_id=7, score=0.5)]
    assert (first["user_id"], first["session_id"], first["run_name"]) == ("cryoal", "3", "a")
    picks = read_copick(tmp_path, CopickSelection("cryoal", "3"))
    assert picks.labels == ["apo", "ribo", "ribo"]
    assert json.loads(written[-1].read_text())["trust_orientation"] is False
    with pytest.raises(CryoalError, match="is there already; name another session than 3"):
        write_copick_classes(tmp_path, tmp_path, CopickSelection("ann"), "3", classes, chances)


VALUES = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=3), min_size=1, max_size=4))
def test_points_survive_as_text(tmp_path_factory, others):
    folder = tmp_path_factory.mktemp("copick")
    others = [{k: v for k, v in other.items() if k != "score"} for other in others]
    write(folder, "a", "ann_1_ribo", others)
    [path] = write_copick_classes(
        folder, folder, ALL, "1", ["x"] * len(others), ["1"] * len(others)
    )
    text = path.read_text()
    for other in others:
        assert json.dumps(other | {"score": 1}) in text


@pytest.mark.parametrize(
    ("points", "other", "message"),
    [
        ([{"location": {"x": 1, "y": 2}}], {}, "point 1: no location"),
        ([point(1, mirrored=True)], {}, "point 1: .* is no rotation"),
        ([point(1) | {"transformation_": [[1]]}], {}, "point 1: transformation_ is not 4 x 4"),
        (7, {}, "no list of points"),
        ([7], {}, "no list of points"),
        ([], {"unit": "nm"}, "the unit is nm"),
        ([], {"pickable_object_name": None}, "has no pickable_object_name"),
    ],
)
def test_bad_files_give_one_line(tmp_path, points, other, message):
    write(tmp_path, "a", "ann_1_ribo", points, **other)
    with pytest.raises(CryoalError, match=message) as caught:
        read_copick(tmp_path, ALL)
    assert "\n" not in str(caught.value)


def test_no_points_and_no_picks(tmp_path):
    write(tmp_path, "a", "ann_1_ribo", None)
    assert len(read_copick(tmp_path, ALL)) == 0
    (tmp_path / "empty" / "ExperimentRuns").mkdir(parents=True)
    with pytest.raises(CryoalError, match="no picks; there are those of nobody"):
        read_copick(tmp_path / "empty", ALL)
    assert is_copick_project(tmp_path)
    assert not is_copick_project(tmp_path / "ExperimentRuns")


@pytest.mark.parametrize("name", ["a_b", "a b", "a/b"])
def test_names_that_copick_cannot_take(tmp_path, name):
    write(tmp_path, "a", "ann_1_ribo", [point(10)])
    with pytest.raises(CryoalError, match="cannot be a name in copick"):
        write_copick_classes(tmp_path, tmp_path, ALL, "1", [name], ["1"])
    with pytest.raises(CryoalError, match="has 1 of these picks, 2 classes"):
        write_copick_classes(tmp_path, tmp_path, ALL, "1", ["a", "b"], ["1", "1"])
