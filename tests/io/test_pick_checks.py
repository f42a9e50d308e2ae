from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.io.pick_checks import checked, numbered_ids, unique_ids
from cryoal.io.picks import Frame, Picks

PICKS = Picks(
    Path("a"),
    ids=["1", "2"],
    wheres=["row 1", "row 2"],
    tomograms=["t", "t"],
    positions=np.array([[0, 1, 2], [-0.0, 1, 2]]),
    frame=Frame.VOXELS,
)


def test_one_place_twice_is_refused_unless_tomogram_or_orientation_differ():
    with pytest.raises(CryoalError, match=r"row 2: tomogram, place .* that of row 1 too"):
        checked(PICKS)
    checked(replace(PICKS, tomograms=["t", "u"]))
    checked(replace(PICKS, rotations=Rotation.from_euler("z", [[0], [1]], degrees=True)))
    checked(replace(PICKS, shifts_A=np.array([[0, 0, 0], [0, 0, 1.0]])))
    with pytest.raises(CryoalError, match="row 2: tomogram"):
        checked(replace(PICKS, rotations=Rotation.from_euler("z", [[0], [360]], degrees=True)))


def test_one_id_twice_is_refused():
    picks = replace(PICKS, ids=["x", "x"], tomograms=["t", "u"])
    with pytest.raises(CryoalError, match="row 2: the id 'x' is that of row 1 too"):
        checked(picks)


@pytest.mark.parametrize("field", ["ids", "tomograms", "labels"])
def test_a_name_that_steers_a_terminal_is_refused(field):
    picks = replace(PICKS, **{field: ["x", "\x1b[31m"]})
    with pytest.raises(CryoalError, match=r"row 2: the name '\\x1b\[31m' has control characters"):
        checked(picks)


def test_ids_are_numbers_within_the_tomogram_where_names_do_not_do():
    assert numbered_ids(["a", "b", "a"]) == ["a/1", "b/1", "a/2"]
    assert unique_ids(["x", "y"], ["a", "a"]) == ["x", "y"]
    for names in (None, ["x", "x"], ["x", ""]):
        assert unique_ids(names, ["a", "a"]) == ["a/1", "a/2"]
