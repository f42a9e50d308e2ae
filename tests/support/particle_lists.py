"""A small list of particles whose numbers can be told by hand."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from cryoal.io.particle_list import ParticleList

_RELION = Rotation.from_euler("ZYZ", [10, 20, 30], degrees=True).inv()
_DYNAMO = Rotation.from_euler("ZXZ", [30, 20, 10], degrees=True).inv()

# Turned by: 90 degrees about z and then, so that no list is at a pole, a little about x; RELION's
# rot 10, tilt 20, psi 30; Dynamo's tdrot 10, tilt 20, narot 30.
PARTICLES = ParticleList(
    tomograms=["t_2", "t_1", "t_2"],
    classes=["b", "a", "b"],
    picks_px=np.array([[10.25, 20, 20], [3, 4, 5.5], [0, 0, 0]]),
    shifts_px=np.array([[1, 0, -0.5], [0, 0, 0], [0, 0, 0]]),
    rotations=Rotation.concatenate(
        [
            Rotation.from_euler("zx", [90, 1e-3], degrees=True),
            _RELION,
            _DYNAMO,
        ]
    ),
    size_px=(101, 80, 40),
    voxel_size_A=8.0,
    images=["x/0.mrc", "x/1.mrc", "x/2.mrc"],
)
