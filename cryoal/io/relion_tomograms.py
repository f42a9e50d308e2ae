"""RELION's ``tomograms.star``: what it says of each tomogram; and ``optimisation_set.star``.

``rlnTomoSize*`` count pixels of the unbinned tilt series (RELION ``metadata_label.h``). Paths are
from the project folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.number_text import to_numbers
from cryoal.io.project_folder import in_project
from cryoal.io.star import StarBlock, read_star

NAME = "rlnTomoName"
PIXEL = "rlnTomoTiltSeriesPixelSize"
_SIZES = tuple(f"rlnTomoSize{axis}" for axis in "XYZ")
_BINNING = "rlnTomoTomogramBinning"
_VOLUME = "rlnTomoReconstructedTomogram"
_PARTICLES_FILE = "rlnTomoParticlesFile"
_TOMOGRAMS_FILE = "rlnTomoTomogramsFile"


@dataclass(frozen=True)
class RelionTomogram:
    """One row of ``tomograms.star``; None is what the file does not say.

    Attributes:
        size_px: xyz in pixels of the unbinned tilt series.
        unbinned_A: size of these pixels.
        binning: of the reconstructed tomogram.
        volume: the reconstructed tomogram.
    """

    size_px: tuple[float, float, float] | None
    unbinned_A: float | None
    binning: float | None
    volume: Path | None


def read_tomograms(path: Path) -> dict[str, RelionTomogram]:
    """The tomograms by name, in the order of the file.

    Raises:
        CryoalError: as :func:`cryoal.io.star.read_star`, no table with ``rlnTomoName``, a
            tomogram named twice, or sizes that are no positive numbers.
    """
    tables = [block for block in read_star(path) if block.is_loop and NAME in block.columns]
    if len(tables) != 1:
        raise CryoalError(f"{path}: {len(tables)} tables with _{NAME}, one is needed")
    table = tables[0]
    wheres = [f"{path}, line {line + 1}" for line in table.lines]
    names = table.column(NAME)
    sizes = [_positive(table, name, wheres) for name in (*_SIZES, PIXEL, _BINNING)]
    volumes = table.column(_VOLUME) if _VOLUME in table.columns else [""] * len(names)
    found: dict[str, RelionTomogram] = {}
    for at, name in enumerate(names):
        if name in found:
            raise CryoalError(f"{wheres[at]}: tomogram '{name}' is listed twice; remove one")
        x, y, z, pixel, binning = (values[at] for values in sizes)
        size = None if x is None or y is None or z is None else (x, y, z)
        volume = in_project(path, volumes[at]) if volumes[at] else None
        found[name] = RelionTomogram(size, pixel, binning, volume)
    return found


def read_optimisation_set(path: Path) -> tuple[Path, Path | None]:
    """The particles' STAR file that the set names, and the tomograms' if it names one.

    Raises:
        CryoalError: as :func:`cryoal.io.star.read_star`, or the set names no particles.
    """
    named: dict[str, list[str]] = {_PARTICLES_FILE: [], _TOMOGRAMS_FILE: []}
    for block in read_star(path):
        for column, names in named.items():
            names += block.column(column) if column in block.columns else []
    if len(named[_PARTICLES_FILE]) != 1 or len(named[_TOMOGRAMS_FILE]) > 1:
        raise CryoalError(
            f"{path}: names {len(named[_PARTICLES_FILE])} _{_PARTICLES_FILE} and "
            f"{len(named[_TOMOGRAMS_FILE])} _{_TOMOGRAMS_FILE}; one of each is needed"
        )
    files = [in_project(path, name) for names in named.values() for name in names]
    return files[0], files[1] if len(files) > 1 else None


def is_optimisation_set(blocks: Sequence[StarBlock]) -> bool:
    """Whether these blocks of a STAR file name other files and hold no particles."""
    return any(_PARTICLES_FILE in block.columns for block in blocks)


def tomograms_beside(particles: Path) -> Path | None:
    """The ``tomograms.star`` that goes with a particles' STAR file, if there is one.

    It is beside it with ``tomograms`` for ``particles`` in its name, or an optimisation set that
    is beside it names both.
    """
    beside, optimisation = (
        particles.with_name(particles.name.replace("particles", name))
        for name in ("tomograms", "optimisation_set")
    )
    if beside != particles and beside.is_file():
        return beside
    if optimisation == particles or not optimisation.is_file():
        return None
    tomograms = read_optimisation_set(optimisation)[1]
    return tomograms if tomograms is not None and tomograms.is_file() else None


def _positive(table: StarBlock, name: str, wheres: Sequence[str]) -> Sequence[float | None]:
    if name not in table.columns:
        return [None] * len(table.rows)
    texts = table.column(name)
    values = [float(value) for value in to_numbers(texts, wheres, f"_{name}")]
    for text, value, where in zip(texts, values, wheres, strict=True):
        if value <= 0:
            raise CryoalError(f"{where}: _{name} is {text}, which no size is; correct it")
    return values
