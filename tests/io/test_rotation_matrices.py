from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.io.rotation_matrices import to_rotations


def test_matrices_act_on_columns():
    turns = Rotation.random(5, rng=np.random.default_rng(0))
    read = to_rotations(turns.as_matrix().round(5).tolist(), [""] * 5)
    np.testing.assert_allclose((read * turns.inv()).magnitude(), 0, atol=1e-4)
    assert len(to_rotations([], [])) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        np.diag([1, 1, -1]).tolist(),
        np.diag([2, 1, 0.5]).tolist(),
        [[1, 1, 0], [0, 1, 0], [0, 0, 1]],
        [[float("nan")] * 3] * 3,
        [[1e300] * 3] * 3,
        [[10**400] * 3] * 3,
        [[1, 0], [0, 1]],
        "x",
        None,
    ],
)
def test_what_is_no_rotation_is_named(wrong):
    with pytest.raises(CryoalError, match=r"row 2: the matrix .* is no rotation") as caught:
        to_rotations([np.eye(3).tolist(), wrong], ["row 1", "row 2"])
    assert "\n" not in str(caught.value)
