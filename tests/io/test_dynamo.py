from __future__ import annotations

from pathlib import Path

import numpy as np
from particle_lists import PARTICLES

from cryoal.io.dynamo import write_table, write_volume_index


def test_columns_by_hand(tmp_path: Path) -> None:
    write_table(tmp_path / "particles.tbl", PARTICLES)
    table = np.loadtxt(tmp_path / "particles.tbl")
    assert table.shape == (3, 42)
    np.testing.assert_array_equal(table[:, 0], [1, 2, 3])
    np.testing.assert_array_equal(table[:, 1], 1)
    # Places count from 1, shifts are added.
    np.testing.assert_allclose(table[0, 23:26], [11.25, 21, 21])
    np.testing.assert_allclose(table[0, 3:6], [1, 0, -0.5])
    np.testing.assert_allclose(table[2, 6:9], [10, 20, 30], atol=1e-5)
    np.testing.assert_allclose(table[0, 6] + table[0, 8], -90, atol=1e-3)
    np.testing.assert_array_equal(table[:, 19], [2, 1, 2])
    np.testing.assert_array_equal(table[:, 21], [2, 1, 2])
    np.testing.assert_array_equal(table[:, 35], 8)


def test_volumes_are_numbered_as_in_the_table(tmp_path: Path) -> None:
    write_volume_index(tmp_path / "particles.doc", {"t_2": "b.mrc", "t_1": "a.mrc"})
    assert (tmp_path / "particles.doc").read_text() == "1 a.mrc\n2 b.mrc\n"
