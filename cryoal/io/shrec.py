"""SHREC: ``particle_locations.txt``, a line ``class x y z rotZ1 rotX rotZ2`` for each object.

Places are whole voxels counted from 0: the contest's own evaluation reads no others.
``R = Rz(rotZ1) Rx(rotX) Rz(rotZ2)`` turns the reference into the particle, as PyTom's simulator,
which made the contest's data, turns templates (order ``szxz`` of voltools, whose matrix takes
places in the result back to the template).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from cryoal.io.atomic import written_atomically


def write_particle_locations(
    path: Path,
    classes: Sequence[str],
    places_px: npt.NDArray[np.float64],
    rotations: Rotation,
) -> None:
    """Write the objects of one tomogram.

    Args:
        path: of the file.
        classes: name of each object's class, without blanks.
        places_px: (n, 3) xyz voxel indices; rounded.
        rotations: n, turn the reference into the object; act on xyz vectors.

    Raises:
        CryoalError: the file cannot be written.
    """
    with warnings.catch_warnings():
        # A turn about z alone has many such angles; any of them is right.
        warnings.filterwarnings("ignore", message="Gimbal lock")
        angles = rotations.as_euler("ZXZ", degrees=True)
    whole = np.rint(places_px).astype(int)
    lines = [
        f"{name} {x} {y} {z} {first:.4f} {second:.4f} {third:.4f}\n"
        for name, (x, y, z), (first, second, third) in zip(classes, whole, angles, strict=True)
    ]
    with written_atomically(path) as temporary:
        temporary.write_text("".join(lines), encoding="utf-8")
