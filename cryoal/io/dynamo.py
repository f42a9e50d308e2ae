"""Dynamo: a table ``.tbl`` and the ``.doc`` that names the volumes its tomogram numbers mean.

Coordinates count pixels from 1 and shifts are added to them; ``R = (Rz(narot) Rx(tilt)
Rz(tdrot))^T`` turns the reference into the particle (Dynamo wiki, Table_convention and
Euler_angles_convention).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from cryoal.io.atomic import written_atomically
from cryoal.io.particle_list import ParticleList

_COLUMNS = 42


def write_table(path: Path, particles: ParticleList) -> None:
    """Write a ``.tbl``; tomograms are numbered from 1 in the order of their sorted names.

    Columns: 1 tag, 2 aligned, 3 averaged, 4-6 shifts, 7-9 tdrot, tilt, narot, 13 ftype, 20 tomo,
    22 class, 24-26 place, 31 otag, 34 ref (the class again), 36 apix; the others are 0.

    Raises:
        CryoalError: the file cannot be written.
    """
    rows = np.zeros((len(particles.tomograms), _COLUMNS))
    angles = particles.rotations.inv().as_euler("ZXZ", degrees=True)  # narot, tilt, tdrot
    rows[:, 0] = rows[:, 30] = np.arange(1, len(rows) + 1)
    rows[:, 1] = rows[:, 2] = rows[:, 12] = 1
    rows[:, 3:6] = particles.shifts_px
    rows[:, 6:9] = angles[:, ::-1]
    numbers = tomogram_numbers(particles.tomograms)
    rows[:, 19] = [numbers[name] for name in particles.tomograms]
    rows[:, 21] = rows[:, 33] = particles.class_numbers()
    rows[:, 23:26] = particles.picks_px + 1
    rows[:, 35] = particles.voxel_size_A
    with written_atomically(path) as temporary:
        text = "\n".join(" ".join(f"{value:.8g}" for value in row) for row in rows)
        temporary.write_text(text + "\n", encoding="ascii")


def write_volume_index(path: Path, volumes: Mapping[str, str]) -> None:
    """Write a ``.doc``: number and path of each volume (name to path), as ``write_table`` counts.

    Raises:
        CryoalError: the file cannot be written.
    """
    numbers = tomogram_numbers(volumes)
    lines = [f"{numbers[name]} {volume}\n" for name, volume in sorted(volumes.items())]
    with written_atomically(path) as temporary:
        temporary.write_text("".join(lines), encoding="utf-8")


def tomogram_numbers(names: Iterable[str]) -> dict[str, int]:
    """Tomogram name to number, from 1 in sorted order."""
    return {name: at for at, name in enumerate(sorted(set(names)), start=1)}
