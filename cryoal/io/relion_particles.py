"""RELION's and Warp's ``particles.star``: places, orientations and labels of all their versions.

Coordinates, by what the file holds:

- all of ``rlnCenteredCoordinate*Angst`` (RELION 5): Angstrom from the tomogram's centre;
- tomograms named ``*.tomostar`` (Warp): pixels of the exported particles, ``rlnPixelSize`` or the
  optics groups' ``rlnImagePixelSize``, 0 at the middle of the first voxel (Warp
  ``ExportParticlesTiltseries.cs``); voxels of the tomogram where neither is stated;
- ``rlnTomoName`` or ``rlnTomoTiltSeriesPixelSize`` (RELION 4): pixels of the unbinned tilt series;
- otherwise (RELION 3, TomoTwin): voxels of the tomogram, 0 at the middle of the first.

Each angle triple is ``(Rz(rot) Ry(tilt) Rz(psi))^T``; ``R = A_subtomogram A_particle`` turns the
reference into the particle, and ``A_subtomogram`` times the origin is subtracted from the place
(RELION ``particle_set.cpp``, ``euler.cpp``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.io.class_legend import class_names
from cryoal.io.coordinate_unit import Unit
from cryoal.io.kept_lines import keep_lines
from cryoal.io.number_text import to_integers, to_numbers
from cryoal.io.pick_checks import checked, unique_ids
from cryoal.io.picks import Frame, Picks
from cryoal.io.relion_tomograms import NAME, PIXEL, RelionTomogram, read_tomograms, tomograms_beside
from cryoal.io.star import StarBlock, append_columns, read_star

CLASS_COLUMN = "rlnClassNumber"
PROBABILITY_COLUMN = "cryoalProbability"

_CENTRED = tuple(f"rlnCenteredCoordinate{axis}Angst" for axis in "XYZ")
_IN_PIXELS = tuple(f"rlnCoordinate{axis}" for axis in "XYZ")
_ORIGINS_A = tuple(f"rlnOrigin{axis}Angst" for axis in "XYZ")
_ORIGINS_PX = tuple(f"rlnOrigin{axis}" for axis in "XYZ")
_ANGLES = tuple(f"rlnAngle{name}" for name in ("Rot", "Tilt", "Psi"))
_SUBTOMOGRAM_ANGLES = tuple(f"rlnTomoSubtomogram{name}" for name in ("Rot", "Tilt", "Psi"))
_MICROGRAPH = "rlnMicrographName"
_IMAGE = "rlnImageName"
_IDS = ("rlnTomoParticleName", _IMAGE)
_GROUP = "rlnOpticsGroup"
_IMAGE_PIXEL = "rlnImagePixelSize"
_PIXEL_SIZE = "rlnPixelSize"
_DETECTOR, _MAGNIFICATION = "rlnDetectorPixelSize", "rlnMagnification"
_WARP = ".tomostar"
# What RELION, starfile and CIF write for "nothing".
_NOTHING = frozenset({"", "None", "<NA>", "nan", "?", "."})

Numbers = npt.NDArray[np.float64]


def read_relion_particles(
    path: Path,
    tomograms: Path | None = None,
    label_column: str | None = None,
    unit: Unit | None = None,
) -> Picks:
    """The particles of a STAR file, in its order.

    Ids are ``rlnTomoParticleName``, or else ``rlnImageName``, where these are all different. A
    file that names no tomogram is about one with the file's own name.

    Args:
        path: the file.
        tomograms: the ``tomograms.star``; without it, the one beside the file if there is one.
        label_column: holds the labels; without it there are none. Numbers in ``rlnClassNumber``
            are named by ``NAME.classes.csv`` beside the file if that is there, and 0 is no label.
        unit: of ``rlnCoordinate*``, where the file has it otherwise than its version means.

    Raises:
        CryoalError: as :func:`cryoal.io.star.read_star`; no coordinates, no such label column,
            values that are no numbers, an optics group that is not there, particles listed twice.
    """
    blocks = read_star(path)
    file = _File(path, _particles_table(path, blocks), blocks)
    beside = tomograms or tomograms_beside(path)
    known = read_tomograms(beside) if beside else {}
    names = file.tomogram_names()
    subtomogram = file.rotations(_SUBTOMOGRAM_ANGLES)
    frame, positions, voxel_size_A = _positions(file, names, subtomogram, unit)
    listed = {name: known[name] for name in dict.fromkeys(names) if name in known}
    return checked(
        Picks(
            source=path,
            ids=unique_ids(file.first_of(_IDS), names),
            wheres=file.wheres,
            tomograms=names,
            positions=positions,
            frame=frame,
            shifts_A=_shifts_A(file, subtomogram),
            rotations=_composed(subtomogram, file.rotations(_ANGLES)),
            labels=_labels(file, label_column),
            unbinned_A=_unbinned_A(file, names, listed),
            voxel_size_A=voxel_size_A,
            files={name: one.volume for name, one in listed.items() if one.volume},
            unbinned_sizes_px={name: one.size_px for name, one in listed.items() if one.size_px},
        )
    )


def relion_ids(path: Path) -> Sequence[str]:
    """The particles' ids in a STAR file, which may name their images in place of their places.

    Raises:
        CryoalError: as :func:`cryoal.io.star.read_star`, or no table of particles.
    """
    blocks = read_star(path)
    file = _File(path, _copied_table(path, blocks), blocks)
    return unique_ids(file.first_of(_IDS), file.tomogram_names())


def write_relion_classes(
    source: Path, out: Path, numbers: Sequence[int], probabilities: Sequence[str]
) -> None:
    """Write a copy of a particles' STAR file with ``rlnClassNumber`` and ``cryoalProbability``.

    Everything else stays as it is, byte for byte.

    Args:
        source: as :func:`relion_ids`.
        out: where the copy goes.
        numbers: class of each particle.
        probabilities: of that class, as text.

    Raises:
        CryoalError: as :func:`cryoal.io.star.append_columns`, or no table of particles.
    """
    table = _copied_table(source, read_star(source))
    columns: dict[str, Sequence[str | int | float]] = {
        CLASS_COLUMN: numbers,
        PROBABILITY_COLUMN: probabilities,
    }
    append_columns(source, out, table.name, columns)


def keep_relion_particles(source: Path, out: Path, keep: Sequence[bool]) -> None:
    """Write a copy with only those particles that are kept; all else stays, byte for byte.

    Raises:
        CryoalError: as :func:`relion_ids`, or another number of particles.
    """
    keep_lines(source, out, _copied_table(source, read_star(source)).lines, keep)


@dataclass
class _File:
    """A STAR file of particles, and its columns as numbers."""

    path: Path
    table: StarBlock
    blocks: Sequence[StarBlock]

    def __post_init__(self) -> None:
        self.wheres = [f"{self.path}, line {line + 1}" for line in self.table.lines]

    def __len__(self) -> int:
        return len(self.table.rows)

    def has(self, *names: str) -> bool:
        return set(names) <= set(self.table.columns)

    def numbers(self, name: str) -> Numbers:
        return to_numbers(self.table.column(name), self.wheres, f"_{name}")

    def sizes(self, name: str) -> Numbers:
        """Numbers that are above 0."""
        values = self.numbers(name)
        if (values <= 0).any():
            at = int(np.argmin(values))
            raise CryoalError(f"{self.wheres[at]}: _{name} is not above 0; correct it")
        return values

    def columns(self, names: Sequence[str]) -> Numbers | None:
        """(n, 3), 0 for a column that is not there as in RELION; None without any of them."""
        if not any(self.has(name) for name in names):
            return None
        zeros = np.zeros(len(self))
        return np.stack([self.numbers(n) if self.has(n) else zeros for n in names], axis=1)

    def rotations(self, names: Sequence[str]) -> Rotation | None:
        angles = self.columns(names)
        return None if angles is None else Rotation.from_euler("ZYZ", angles, degrees=True).inv()

    def first_of(self, names: Sequence[str]) -> list[str] | None:
        found = next((name for name in names if self.has(name)), None)
        return None if found is None else self.table.column(found)

    def tomogram_names(self) -> list[str]:
        return self.first_of((NAME, _MICROGRAPH)) or [self.path.stem] * len(self)

    def of_optics(self, name: str) -> Numbers | None:
        """A number of each particle's optics group; None where the groups do not state it."""
        optics = next((block for block in self.blocks if block.name == "optics"), None)
        if optics is None or name not in optics.columns or not optics.rows:
            return None
        lines = optics.lines or optics.column_lines[:1]
        wheres = [f"{self.path}, line {line + 1}" for line in lines]
        values = to_numbers(optics.column(name), wheres, f"_{name}")
        if not (values > 0).all():
            at = int(np.argmin(values))
            raise CryoalError(f"{wheres[at]}: _{name} is not above 0; correct it")
        if not self.has(_GROUP) or _GROUP not in optics.columns:
            return np.full(len(self), values[0]) if len(set(values)) == 1 else None
        return self._by_group(optics, values)

    def _by_group(self, optics: StarBlock, values: Numbers) -> Numbers:
        by_group = dict(zip(optics.column(_GROUP), values, strict=True))
        for group, where in zip(self.table.column(_GROUP), self.wheres, strict=True):
            if group not in by_group:
                raise CryoalError(f"{where}: optics group {group} is not in data_optics; add it")
        return np.array([by_group[group] for group in self.table.column(_GROUP)])


def _particles_table(path: Path, blocks: Sequence[StarBlock]) -> StarBlock:
    tables = [
        block
        for block in blocks
        if block.is_loop
        and any(set(names) <= set(block.columns) for names in (_CENTRED, _IN_PIXELS))
    ]
    named = [block for block in tables if block.name == "particles"] or tables
    if len(named) != 1 or sum(block.name == named[0].name for block in blocks) != 1:
        seen = ", ".join(f"data_{block.name}" for block in blocks)
        raise CryoalError(
            f"{path}: {len(named)} tables with _{_CENTRED[0]} or _{_IN_PIXELS[0]} and their like "
            f"for Y and Z among {seen}; one is needed"
        )
    return named[0]


def _copied_table(path: Path, blocks: Sequence[StarBlock]) -> StarBlock:
    """The table of particles, which may have images in place of coordinates."""
    tables = [block for block in blocks if block.is_loop and _IMAGE in block.columns]
    named = [block for block in tables if block.name == "particles"] or tables
    return named[0] if len(named) == 1 else _particles_table(path, blocks)


def _positions(
    file: _File, names: Sequence[str], subtomogram: Rotation | None, unit: Unit | None
) -> tuple[Frame, Numbers, Numbers | None]:
    """Frame, positions and the voxel size that they count, where stated."""
    if file.has(*_CENTRED) and unit is None:
        return Frame.CENTRED_A, np.stack([file.numbers(n) for n in _CENTRED], axis=1), None
    if not file.has(*_IN_PIXELS):
        raise CryoalError(f"{file.path}: no _{_IN_PIXELS[0]}, Y and Z that a unit could be of")
    pixels = np.stack([file.numbers(n) for n in _IN_PIXELS], axis=1)
    origins = file.columns(_ORIGINS_PX)
    if origins is not None and file.columns(_ORIGINS_A) is None:
        pixels = pixels - _turned(origins, subtomogram)
    if unit is not None:
        return unit.frame, pixels, None
    voxel_size_A = _voxel_size_A(file)
    is_warp = len(file) > 0 and all(name.endswith(_WARP) for name in names)
    if is_warp and voxel_size_A is not None:
        return Frame.CORNER_A, pixels * voxel_size_A[:, None], None
    if not is_warp and (file.has(NAME) or file.of_optics(PIXEL) is not None):
        return Frame.UNBINNED_PX, pixels, None
    return Frame.VOXELS, pixels, voxel_size_A


def _voxel_size_A(file: _File) -> Numbers | None:
    """Pixel of the particles' boxes (n,), in the ways that RELION 3 to 5 state it."""
    if file.has(_PIXEL_SIZE):
        return file.sizes(_PIXEL_SIZE)
    if file.has(_DETECTOR, _MAGNIFICATION):
        return 1e4 * file.sizes(_DETECTOR) / file.sizes(_MAGNIFICATION)
    return file.sizes(_IMAGE_PIXEL) if file.has(_IMAGE_PIXEL) else file.of_optics(_IMAGE_PIXEL)


def _shifts_A(file: _File, subtomogram: Rotation | None) -> Numbers | None:
    origins_A = file.columns(_ORIGINS_A)
    return None if origins_A is None else -_turned(origins_A, subtomogram)


def _turned(vectors: Numbers, rotations: Rotation | None) -> Numbers:
    return vectors if rotations is None else rotations.apply(vectors)


def _composed(first: Rotation | None, second: Rotation | None) -> Rotation | None:
    if first is None or second is None:
        return first if second is None else second
    return first * second


def _labels(file: _File, label_column: str | None) -> list[str]:
    if label_column is None:
        return []
    name = label_column.removeprefix("_")
    if not file.has(name):
        near = get_close_matches(name, file.table.columns, n=3, cutoff=0.4)
        listed = ", ".join(near or file.table.columns)
        raise CryoalError(f"{file.path}: no column '{name}' for the labels; there are {listed}")
    values = file.table.column(name)
    if name == CLASS_COLUMN:
        return class_names(file.path, to_integers(values, file.wheres, f"_{name}"), file.wheres)
    return ["" if value in _NOTHING else value for value in values]


def _unbinned_A(
    file: _File, names: Sequence[str], tomograms: Mapping[str, RelionTomogram]
) -> Numbers | None:
    """Of the particles' own table, of their optics groups, or of their tomograms."""
    if file.has(PIXEL):
        return file.sizes(PIXEL)
    stated = file.of_optics(PIXEL)
    if stated is not None:
        return stated
    sizes = [tomograms[name].unbinned_A if name in tomograms else None for name in names]
    known = [size for size in sizes if size is not None]
    return np.array(known) if len(known) == len(sizes) and known else None
