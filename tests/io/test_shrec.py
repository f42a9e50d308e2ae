from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from cryoal.io.shrec import write_particle_locations


def test_lines_by_hand(tmp_path: Path) -> None:
    """Whole voxels; R = Rz(Z1) Rx(X) Rz(Z2), of which a turn about z alone has many readings."""
    rotations = Rotation.concatenate(
        [
            Rotation.from_euler("ZXZ", [10, 20, 30], degrees=True),
            Rotation.from_euler("z", 40, degrees=True),
        ]
    )
    places = np.array([[1.4, 2.6, 3.0], [10, 20, 30.2]])
    write_particle_locations(tmp_path / "l.txt", ["1bxn", "vesicle"], places, rotations)
    first, second = (line.split() for line in (tmp_path / "l.txt").read_text().splitlines())
    assert first == ["1bxn", "1", "3", "3", "10.0000", "20.0000", "30.0000"]
    assert second[:4] == ["vesicle", "10", "20", "30"]
    assert sum(float(angle) for angle in second[4:]) == 40
