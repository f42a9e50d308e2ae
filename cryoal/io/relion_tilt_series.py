"""RELION's and Warp's tilt series: views, lens and dose of every tilt, by ``tomograms.star``.

The tilts of a tomogram are the rows of the table of its name in ``tomograms.star`` itself (RELION
4, Warp) or in the file that ``rlnTomoTiltSeriesStarFile`` names (RELION 5), in the order of the
file, which is that of the particles' ``rlnTomoVisibleFrames``. Their views are the rows
``rlnTomoProjX``, ``Y``, ``Z`` of a projection matrix, text vectors, or else the angles of
``Rz(rlnTomoZRot) Ry(rlnTomoYTilt) Rx(rlnTomoXTilt)`` (RELION ``tomogram.cpp``,
``tomogram_set.cpp``). Shifts are not read: extracted images have their particle in the middle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.io.number_text import to_numbers
from cryoal.io.project_folder import in_project
from cryoal.io.relion_tomograms import NAME
from cryoal.io.star import StarBlock, read_star

Numbers = npt.NDArray[np.float64]

_TILT_SERIES = "rlnTomoTiltSeriesStarFile"
_MATRIX = tuple(f"rlnTomoProj{row}" for row in "XYZ")
_ANGLES = ("rlnTomoXTilt", "rlnTomoYTilt", "rlnTomoZRot")
_HAND = "rlnTomoHand"
_SKEW = 0.1


@dataclass(frozen=True)
class TiltSeries:
    """f tilts of one tomogram.

    Attributes:
        matrices: (f, 3, 3) turn xyz vectors of the tomogram into the camera's: along the
            image's rows, along its columns, along the beam.
        defocus_A: (f, 2) at the tomogram's centre, along and across ``defocus_angle_deg``; under
            focus is positive.
        defocus_angle_deg: (f,) from the image's x axis towards its y axis.
        phase_shift_deg: (f,) of a phase plate.
        b_factor_A2: (f,) of the lens's envelope ``exp(-B k^2 / 4)``.
        scale: (f,) of the transfer.
        exposure_e_A2: (f,) electrons before the tilt.
        b_factor_per_dose_A2: per electron / A^2; 0 where dose is weighted by Grant & Grigorieff.
        defocus_per_depth: by how much the defocus grows along the beam: the hand times the slope.
        voltage_kV, cs_mm, amplitude_contrast: of the lens.
    """

    matrices: Numbers
    defocus_A: Numbers
    defocus_angle_deg: Numbers
    phase_shift_deg: Numbers
    b_factor_A2: Numbers
    scale: Numbers
    exposure_e_A2: Numbers
    b_factor_per_dose_A2: float
    defocus_per_depth: float
    voltage_kV: float
    cs_mm: float
    amplitude_contrast: float

    def __len__(self) -> int:
        return len(self.matrices)


def read_tilt_series(path: Path, wanted: Mapping[str, str]) -> dict[str, TiltSeries]:
    """The tilt series of the wanted tomograms, by name.

    Args:
        path: ``tomograms.star``.
        wanted: names of tomograms, and file and row that name each, for messages.

    Raises:
        CryoalError: as :func:`cryoal.io.star.read_star`; a tomogram that is not in the file or
            there twice, no table of its tilts, columns missing, values that are no numbers,
            matrices that turn nothing, a hand other than 1 and -1.
    """
    blocks = read_star(path)
    tables = [block for block in blocks if block.is_loop and NAME in block.columns]
    if len(tables) != 1:
        raise CryoalError(f"{path}: {len(tables)} tables with _{NAME}, one is needed")
    names = tables[0].column(NAME)
    found: dict[str, TiltSeries] = {}
    for name, where in wanted.items():
        if names.count(name) != 1:
            raise CryoalError(
                f"{where}: tomogram '{name}' is {names.count(name)} times in {path}; "
                "give each tomogram one row there"
            )
        row = _Rows(path, tables[0], [names.index(name)])
        found[name] = _series(row, _tilts(row, name, blocks))
    return found


@dataclass(frozen=True)
class _Rows:
    """Some rows of a table."""

    path: Path
    table: StarBlock
    rows: Sequence[int]

    @property
    def wheres(self) -> list[str]:
        return [f"{self.path}, line {self.table.lines[row] + 1}" for row in self.rows]

    def has(self, name: str) -> bool:
        return name in self.table.columns

    def texts(self, name: str) -> list[str]:
        if not self.has(name):
            raise CryoalError(
                f"{self.path}, data_{self.table.name}: no column _{name}, which back-projection "
                "needs; use the file that the particles were extracted with"
            )
        column = self.table.column(name)
        return [column[row] for row in self.rows]

    def numbers(self, name: str, default: float | None = None) -> Numbers:
        if default is not None and not self.has(name):
            return np.full(len(self.rows), default)
        return to_numbers(self.texts(name), self.wheres, f"_{name}")


def _tilts(row: _Rows, name: str, blocks: Sequence[StarBlock]) -> _Rows:
    """The table of a tomogram's tilts."""
    path = row.path
    if row.has(_TILT_SERIES):
        path = in_project(path, row.texts(_TILT_SERIES)[0])
        if not path.is_file():
            raise CryoalError(f"{row.wheres[0]}: {path} is not there; restore the tilt series")
        blocks = read_star(path)
    own = [block for block in blocks if block.name == name and block.is_loop]
    if len(own) != 1 or not own[0].rows:
        raise CryoalError(
            f"{row.wheres[0]}: {path} has {sum(len(block.rows) for block in own)} tilts in "
            f"{len(own)} tables data_{name}; one table with tilts is needed"
        )
    return _Rows(path, own[0], range(len(own[0].rows)))


def _series(row: _Rows, tilts: _Rows) -> TiltSeries:
    defocus = [tilts.numbers(name) for name in ("rlnDefocusU", "rlnDefocusV")]
    hand = float(row.numbers(_HAND)[0])
    if abs(hand) != 1:
        raise CryoalError(f"{row.wheres[0]}: _{_HAND} is {hand:g}; it is 1 or -1")
    return TiltSeries(
        matrices=_matrices(tilts),
        defocus_A=np.stack(defocus, axis=1),
        defocus_angle_deg=tilts.numbers("rlnDefocusAngle"),
        phase_shift_deg=tilts.numbers("rlnPhaseShift", 0.0),
        b_factor_A2=tilts.numbers("rlnCtfBfactor", 0.0),
        scale=tilts.numbers("rlnCtfScalefactor", 1.0),
        exposure_e_A2=tilts.numbers("rlnMicrographPreExposure"),
        b_factor_per_dose_A2=float(row.numbers("rlnCtfBfactorPerElectronDose", 0.0)[0]),
        defocus_per_depth=hand * float(row.numbers("rlnTomoDefocusSlope", 1.0)[0]),
        voltage_kV=float(row.numbers("rlnVoltage")[0]),
        cs_mm=float(row.numbers("rlnSphericalAberration")[0]),
        amplitude_contrast=float(row.numbers("rlnAmplitudeContrast")[0]),
    )


def _matrices(tilts: _Rows) -> Numbers:
    """(f, 3, 3), from matrices where the table has any of their columns, else from angles."""
    if not any(tilts.has(name) for name in _MATRIX):
        if not tilts.has(_ANGLES[1]):
            raise CryoalError(
                f"{tilts.path}, data_{tilts.table.name}: neither projection matrices "
                f"(_{_MATRIX[0]}, Y, Z) nor angles (_{_ANGLES[1]}, _{_ANGLES[2]}); "
                "use the file of an aligned tilt series"
            )
        angles = [tilts.numbers(_ANGLES[0], 0.0), *map(tilts.numbers, _ANGLES[1:])]
        turns = Rotation.from_euler("xyz", np.stack(angles, axis=1), degrees=True)
        return np.asarray(turns.as_matrix(), np.float64)
    rows = [_vectors(tilts, name) for name in _MATRIX]
    matrices = np.stack(rows, axis=1)[:, :, :3]
    squares = matrices @ np.swapaxes(matrices, 1, 2)
    wrong = np.abs(squares - np.eye(3)).max(axis=(1, 2)) > _SKEW
    if wrong.any():
        raise CryoalError(
            f"{tilts.wheres[int(np.argmax(wrong))]}: _{_MATRIX[0]} to _{_MATRIX[2]} are no "
            "rotation; correct the matrix"
        )
    return matrices


def _vectors(tilts: _Rows, name: str) -> Numbers:
    """(f, 4) of text such as ``[1,0,0,0]``."""
    vectors = []
    for text, where in zip(tilts.texts(name), tilts.wheres, strict=True):
        words = text.strip("[] ").split(",")
        if len(words) != 4:
            raise CryoalError(f"{where}: _{name} is '{text[:60]}', not four numbers; correct it")
        vectors.append(to_numbers([word.strip() for word in words], [where] * 4, f"_{name}"))
    return np.array(vectors)
