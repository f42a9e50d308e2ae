"""RELION 5: ``particles.star``, ``tomograms.star`` and the ``optimisation_set.star`` of both.

Coordinates are in Å from the tomogram's centre, voxel ``size / 2``; origins are subtracted from
them; ``R = (Rz(rot) Ry(tilt) Rz(psi))^T`` turns the reference into the particle (RELION
``tomogram_set.cpp``, ``particle_set.cpp``, ``euler.cpp``). The voxel of the tomograms is that of
the tilt series: binning 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cryoal.io.atomic import written_atomically
from cryoal.io.particle_list import ParticleList


@dataclass(frozen=True)
class RelionOptics:
    """What RELION must know of the microscope.

    Attributes:
        voltage_kV, cs_mm, amplitude_contrast: of the contrast transfer function.
        hand: sign by which height adds to the defocus, ``rlnTomoHand``.
        premultiplied: the particles' boxes are multiplied by the transfer function.
        box_px: edge of these boxes.
    """

    voltage_kV: float
    cs_mm: float
    amplitude_contrast: float
    hand: int
    premultiplied: bool
    box_px: int


def write_particles(path: Path, particles: ParticleList, optics: RelionOptics) -> None:
    """Write ``particles.star``; classes by number and, as ``cryoalClass``, by name.

    Raises:
        CryoalError: the file cannot be written.
    """
    general = {"rlnTomoSubTomosAre2DStacks": "0"}
    group = {
        "rlnOpticsGroup": "1",
        "rlnOpticsGroupName": "opticsGroup1",
        "rlnVoltage": f"{optics.voltage_kV:g}",
        "rlnSphericalAberration": f"{optics.cs_mm:g}",
        "rlnAmplitudeContrast": f"{optics.amplitude_contrast:g}",
        "rlnTomoTiltSeriesPixelSize": f"{particles.voxel_size_A:g}",
        "rlnCtfDataAreCtfPremultiplied": str(int(optics.premultiplied)),
        "rlnImageDimensionality": "3",
        "rlnTomoSubtomogramBinning": "1",
        "rlnImagePixelSize": f"{particles.voxel_size_A:g}",
        "rlnImageSize": str(optics.box_px),
    }
    blocks = [
        _pairs("general", general),
        _table("optics", list(group), [list(group.values())]),
        _table("particles", *_particle_rows(particles)),
    ]
    _write(path, blocks)


def write_tomograms(
    path: Path,
    volumes: Mapping[str, str],
    size_px: tuple[int, int, int],
    voxel_size_A: float,
    optics: RelionOptics,
) -> None:
    """Write ``tomograms.star``.

    Args:
        path: of the file.
        volumes: reconstruction of each tomogram, by its name, from the project folder.
        size_px, voxel_size_A: of all of them, xyz.
        optics: of all of them.

    Raises:
        CryoalError: the file cannot be written.
    """
    shared = {
        "rlnVoltage": f"{optics.voltage_kV:g}",
        "rlnSphericalAberration": f"{optics.cs_mm:g}",
        "rlnAmplitudeContrast": f"{optics.amplitude_contrast:g}",
        "rlnMicrographOriginalPixelSize": f"{voxel_size_A:g}",
        "rlnTomoHand": str(optics.hand),
        "rlnOpticsGroupName": "opticsGroup1",
        "rlnTomoTiltSeriesPixelSize": f"{voxel_size_A:g}",
        "rlnTomoTomogramBinning": "1",
        **{f"rlnTomoSize{axis}": str(n) for axis, n in zip("XYZ", size_px, strict=True)},
    }
    columns = ["rlnTomoName", *shared, "rlnTomoReconstructedTomogram"]
    rows = [[name, *shared.values(), volume] for name, volume in volumes.items()]
    _write(path, [_table("global", columns, rows)])


def write_optimisation_set(path: Path, particles: str, tomograms: str) -> None:
    """Write ``optimisation_set.star``, which names the two other files from the project folder.

    Raises:
        CryoalError: the file cannot be written.
    """
    names = {"rlnTomoParticlesFile": particles, "rlnTomoTomogramsFile": tomograms}
    _write(path, [_pairs("", names)])


def _particle_rows(particles: ParticleList) -> tuple[list[str], list[list[str]]]:
    centre = np.array(particles.size_px) / 2
    centred_A = (particles.picks_px - centre) * particles.voxel_size_A
    origins_A = -particles.shifts_px * particles.voxel_size_A
    angles = particles.rotations.inv().as_euler("ZYZ", degrees=True)
    columns = [
        "rlnTomoName",
        "rlnTomoParticleName",
        "rlnOpticsGroup",
        *(f"rlnCenteredCoordinate{axis}Angst" for axis in "XYZ"),
        *(f"rlnOrigin{axis}Angst" for axis in "XYZ"),
        *("rlnAngleRot", "rlnAngleTilt", "rlnAnglePsi"),
        "rlnClassNumber",
        "cryoalClass",
    ]
    rows = []
    seen: dict[str, int] = {}
    numbers = particles.class_numbers()
    for at, tomogram in enumerate(particles.tomograms):
        seen[tomogram] = seen.get(tomogram, 0) + 1
        floats = np.concatenate([centred_A[at], origins_A[at], angles[at]])
        row = [tomogram, f"{tomogram}/{seen[tomogram]}", "1", *(f"{x:.4f}" for x in floats)]
        rows.append([*row, str(numbers[at]), particles.classes[at]])
    if particles.images is not None:
        columns.append("rlnImageName")
        rows = [[*row, image] for row, image in zip(rows, particles.images, strict=True)]
    return columns, rows


def _pairs(name: str, values: Mapping[str, str]) -> str:
    return f"data_{name}\n\n" + "".join(f"_{key} {value}\n" for key, value in values.items())


def _table(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    header = "".join(f"_{column} #{at}\n" for at, column in enumerate(columns, start=1))
    return f"data_{name}\n\nloop_\n{header}" + "".join("  ".join(row) + "\n" for row in rows)


def _write(path: Path, blocks: Sequence[str]) -> None:
    with written_atomically(path) as temporary:
        temporary.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
