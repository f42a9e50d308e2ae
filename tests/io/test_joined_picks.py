from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.io.joined_picks import joined_picks
from cryoal.io.picks import Frame, Picks

ONE = Picks(
    Path("all/a/x.txt"),
    ids=["t/1"],
    wheres=["a, row 1"],
    tomograms=["t"],
    positions=np.array([[1.0, 2, 3]]),
    frame=Frame.VOXELS,
    shifts_A=np.array([[1.0, 0, 0]]),
    rotations=Rotation.from_euler("z", [[90]], degrees=True),
    labels=["ribo"],
    voxel_size_A=np.array([4.0]),
    files={"t": Path("t.mrc")},
)
OTHER = replace(
    ONE, source=Path("all/b/x.txt"), positions=np.array([[4.0, 5, 6]]), shifts_A=None, labels=[]
)


def test_what_only_some_parts_say():
    picks = joined_picks(Path("all"), [ONE, OTHER])
    assert picks.ids == ["a/x/1", "b/x/1"]
    assert picks.labels == ["ribo", ""]
    np.testing.assert_array_equal(picks.shifts_A, [[1, 0, 0], [0, 0, 0]])
    assert picks.rotations is not None
    assert picks.files == ONE.files
    without = joined_picks(Path("all"), [ONE, replace(OTHER, rotations=None, voxel_size_A=None)])
    assert without.rotations is None
    assert without.voxel_size_A is None


def test_ids_that_differ_stay():
    assert joined_picks(Path("all"), [ONE, replace(OTHER, ids=["t/9"])]).ids == ["t/1", "t/9"]


def test_parts_without_particles_have_no_say():
    nothing = {"ids": [], "wheres": [], "tomograms": [], "labels": [], "rotations": None}
    empty = replace(ONE, **nothing, positions=np.zeros((0, 3)), frame=Frame.CORNER_A, shifts_A=None)
    assert joined_picks(Path("all"), [empty, ONE]).frame is Frame.VOXELS
    assert len(joined_picks(Path("all"), [empty, empty])) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frame": Frame.CORNER_A}, "give them apart"),
        ({"files": {"t": Path("u.mrc")}}, r"tomogram 't' is u\.mrc, and t\.mrc before"),
        ({"positions": ONE.positions, "shifts_A": ONE.shifts_A}, "tomogram, place"),
    ],
)
def test_parts_that_do_not_fit(change, message):
    with pytest.raises(CryoalError, match=message):
        joined_picks(Path("all"), [ONE, replace(OTHER, **change)])
