"""Where items lie in their tomograms, and how large these are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.io.project_folder import in_project
from cryoal.io.star import StarBlock, read_star

CENTRED = tuple(f"rlnCenteredCoordinate{axis}Angst" for axis in "XYZ")
IN_PIXELS = tuple(f"rlnCoordinate{axis}" for axis in "XYZ")
SIZES = tuple(f"rlnTomoSize{axis}" for axis in "XYZ")
PIXEL = "rlnTomoTiltSeriesPixelSize"
TOMOGRAM = "rlnTomoName"

_ROUNDING = 1e-3
_BINNED = 1.5
_ENOUGH = 10

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """What a file says of where its items lie.

    Attributes:
        positions_A: (N, 3) as x, y, z from the tomogram's corner or, where the file has RELION
            5's centred coordinates, from its centre; None where unknown.
        tomograms_A: lowest and highest corner (2, 3) of each tomogram of stated size, by its
            name, in the frame of ``positions_A``.
        why_none: why there are no positions though the file has coordinates, for people.
        warnings: what a user should know of the positions.
    """

    positions_A: Numbers | None = None
    tomograms_A: dict[str, Numbers] = field(default_factory=dict)
    why_none: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tomogram:
    """One tomogram with all that is known to lie in it.

    Attributes:
        box_A: its lowest and highest corner (2, 3) as x, y, z: as stated, and as far as its
            items reach.
        places_A: (n, 3) of its items.
    """

    box_A: Numbers
    places_A: Numbers


def read_places(
    path: Path, blocks: Sequence[StarBlock], table: StarBlock, image_A: float | None
) -> Places:
    """The places of the particles in ``table``.

    ``rlnCoordinate*`` count pixels of the unbinned tilt series. Sizes of tomograms are in the
    tomograms' own STAR file.

    Args:
        path: the particles STAR file, made of ``blocks``.
        image_A: size of a voxel of the particles, if known.

    Raises:
        CryoalError: coordinates or sizes that are no numbers.
    """
    if set(CENTRED) <= set(table.columns):
        positions_A = _numbers(path, table, CENTRED)
        sizes_A = _sizes_A(path, blocks)
        boxes_A = {name: np.array([-size / 2, size / 2]) for name, size in sizes_A.items()}
        return Places(positions_A, boxes_A)
    if not set(IN_PIXELS) <= set(table.columns):
        return Places()
    pixels_A = [size for block in blocks for size in _pixels_A(path, block)]
    if not pixels_A:
        return Places(why_none=f"it has coordinates, but not the size of their pixel, _{PIXEL}")
    if max(pixels_A) - min(pixels_A) > _ROUNDING * max(pixels_A):
        return Places(why_none=f"its tilt series have pixels of several sizes, _{PIXEL}")
    in_pixels = _numbers(path, table, IN_PIXELS)
    boxes_A = {name: np.array([0 * size, size]) for name, size in _sizes_A(path, blocks).items()}
    places = Places(in_pixels * pixels_A[0], boxes_A)
    names = table.column(TOMOGRAM) if TOMOGRAM in table.columns else []
    if image_A is not None and _look_binned(places, names, image_A / pixels_A[0]):
        warning = (
            "the coordinates would all lie in one corner of the tomograms; taken as pixels of "
            f"{image_A:g} A, not of the tilt series' {pixels_A[0]:g} A"
        )
        return replace(places, positions_A=in_pixels * image_A, warnings=(warning,))
    return places


def _look_binned(places: Places, names: Sequence[str], binning: float) -> bool:
    """Whether coordinates count pixels of the particles, as WarpTools writes them.

    By chance, ten picks lie in the corner that binning by 2 leaves once in 10^9 files.
    """
    assert places.positions_A is not None
    if binning < _BINNED or len(names) < _ENOUGH or not set(names) <= places.tomograms_A.keys():
        return False
    sizes_A = np.array([places.tomograms_A[name][1] for name in names])
    return bool((places.positions_A * binning <= sizes_A * (1 + _ROUNDING)).all())


def _sizes_A(path: Path, blocks: Sequence[StarBlock]) -> dict[str, Numbers]:
    """Edges (x, y, z) of each tomogram whose size the file, or the one it goes with, states."""
    beside = tomograms_file(path)
    tables = [(path, block) for block in blocks]
    if beside is not None:
        tables += [(beside, block) for block in read_star(beside)]
    sizes_A: dict[str, Numbers] = {}
    for file, block in tables:
        if {TOMOGRAM, PIXEL, *SIZES} <= set(block.columns):
            pixels_A = np.array(_pixels_A(file, block))
            rows = _numbers(file, block, SIZES) * pixels_A[:, None]
            sizes_A.update(zip(block.column(TOMOGRAM), rows, strict=True))
    return {name: size for name, size in sizes_A.items() if (size > 0).all()}


def tomograms_file(path: Path) -> Path | None:
    """The STAR file on the tomograms of a particles STAR file, if it is found.

    It is beside it, or an optimisation set beside it names it, from the project folder.
    """
    beside, optimisation = (
        path.with_name(path.name.replace("particles", name))
        for name in ("tomograms", "optimisation_set")
    )
    if beside != path and beside.is_file():
        return beside
    if optimisation == path or not optimisation.is_file():
        return None
    column = "rlnTomoTomogramsFile"
    named = [
        name
        for block in read_star(optimisation)
        if column in block.columns
        for name in block.column(column)
    ]
    found = (in_project(path, name) for name in named)
    return next((candidate for candidate in found if candidate.is_file()), None)


def _pixels_A(path: Path, block: StarBlock) -> list[float]:
    if PIXEL not in block.columns:
        return []
    try:
        sizes = [float(size) for size in block.column(PIXEL)]
    except ValueError as error:
        raise CryoalError(f"{path}: _{PIXEL} is not a number ({error})") from error
    if not all(math.isfinite(size) and size > 0 for size in sizes):
        raise CryoalError(f"{path}: _{PIXEL} holds sizes that cannot be; correct them")
    return sizes


def _numbers(path: Path, table: StarBlock, names: Sequence[str]) -> Numbers:
    try:
        values = np.array([table.column(name) for name in names], np.float64).T
    except ValueError as error:
        raise CryoalError(f"{path}: {names[0]} to {names[-1]} hold no number ({error})") from error
    if not np.isfinite(values).all():
        raise CryoalError(f"{path}: {names[0]} to {names[-1]} are not all finite; correct them")
    return values
