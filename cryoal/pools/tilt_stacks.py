"""Items that are 2D tilt stacks: what a STAR file and those beside it say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.io.picks import Frame, Picks
from cryoal.io.relion_particles import read_relion_particles
from cryoal.io.relion_tilt_series import TiltSeries, read_tilt_series
from cryoal.io.relion_tomograms import NAME
from cryoal.pools.mrc_pool import MrcItems
from cryoal.pools.particles_star import StarItems
from cryoal.pools.places import tomograms_file

_VISIBLE = "rlnTomoVisibleFrames"
_GROUP = "rlnOpticsGroup"
_PREMULTIPLIED = "rlnCtfDataAreCtfPremultiplied"

Numbers = npt.NDArray[np.float64]


@dataclass
class TiltStacks:
    """N particles and the tilt series that they were extracted from.

    Attributes:
        items: their stacks, labels and groups; the voxel size is known.
        wheres: file and row of each, for messages.
        series: the tilt series.
        series_of: (N,) position of each particle's in ``series``.
        visible: (f,) of each particle, the tilts that it is seen in.
        premultiplied: (N,) whose images are multiplied by transfer and dose weights already.
        positions_A: (N, 3) xyz from the tomogram's centre, where the images were cut out: without
            the shifts of a later refinement.
    """

    items: MrcItems
    wheres: list[str]
    series: list[TiltSeries]
    series_of: npt.NDArray[np.int64]
    visible: list[npt.NDArray[np.bool_]]
    premultiplied: npt.NDArray[np.bool_]
    positions_A: Numbers


def tilt_stacks_of(path: Path, star: StarItems) -> TiltStacks:
    """All that back-projection needs of a STAR file of tilt stacks.

    Stacks are those of RELION 4.1 and 5 (``*_stack2d.mrcs``, the visible tilts alone) and of Warp
    (all tilts). A table without ``rlnTomoVisibleFrames`` has all tilts in sight.

    Args:
        path: the STAR file.
        star: what it lists.

    Raises:
        CryoalError: no ``tomograms.star`` beside the file, as
            :func:`cryoal.io.relion_tilt_series.read_tilt_series`; no voxel size, coordinates or
            tomogram sizes; another number of visible frames than tilts, or none visible.
    """
    table, wheres = star.table, star.wheres
    if NAME not in table.columns:
        raise CryoalError(f"{path}: no column _{NAME}, which says whose tilts the stacks hold")
    if star.items.voxel_size_A is None:
        raise CryoalError(f"{path}: no _rlnImagePixelSize in data_optics; add it, in Angstrom")
    tomograms = tomograms_file(path)
    if tomograms is None:
        raise CryoalError(
            f"{path}: lists 2D tilt stacks, but no tomograms.star is beside it, nor an "
            "optimisation_set.star that names one; put there the one that they were extracted with"
        )
    names = table.column(NAME)
    wanted = dict(zip(reversed(names), reversed(wheres), strict=True))
    wanted = {name: wanted[name] for name in dict.fromkeys(names)}
    found = read_tilt_series(tomograms, wanted)
    position = {name: at for at, name in enumerate(found)}
    return TiltStacks(
        items=star.items,
        wheres=wheres,
        series=list(found.values()),
        series_of=np.array([position[name] for name in names], np.int64),
        visible=_visible(star, [len(found[name]) for name in names]),
        premultiplied=_premultiplied(path, star),
        positions_A=_centred_A(tomograms, read_relion_particles(path, tomograms)),
    )


def _visible(star: StarItems, tilts: Sequence[int]) -> list[npt.NDArray[np.bool_]]:
    if _VISIBLE not in star.table.columns:
        return [np.ones(count, bool) for count in tilts]
    texts = star.table.column(_VISIBLE)
    return [
        _frames(text, count, where)
        for text, count, where in zip(texts, tilts, star.wheres, strict=True)
    ]


def _frames(text: str, count: int, where: str) -> npt.NDArray[np.bool_]:
    words = [word.strip() for word in text.strip("[] ").split(",")]
    if not set(words) <= {"0", "1"}:
        raise CryoalError(f"{where}: _{_VISIBLE} is '{text[:40]}', not a vector of 0 and 1")
    if len(words) != count:
        raise CryoalError(
            f"{where}: _{_VISIBLE} has {len(words)} frames, but the tilt series has {count}; "
            "use the tomograms.star that the particles were extracted with"
        )
    if "1" not in words:
        raise CryoalError(f"{where}: _{_VISIBLE} has no frame; remove the particle")
    return np.array([word == "1" for word in words])


def _premultiplied(path: Path, star: StarItems) -> npt.NDArray[np.bool_]:
    """(N,), by optics group; not where nothing states it, as in RELION."""
    optics = next((block for block in star.blocks if block.name == "optics"), None)
    if optics is None or _PREMULTIPLIED not in optics.columns:
        return np.zeros(len(star.wheres), bool)
    flags = optics.column(_PREMULTIPLIED)
    if not set(flags) <= {"0", "1"}:
        raise CryoalError(f"{path}: _{_PREMULTIPLIED} holds {', '.join(flags)}, not 0 or 1")
    if len(set(flags)) == 1:
        return np.full(len(star.wheres), flags[0] == "1")
    if _GROUP not in optics.columns or _GROUP not in star.table.columns:
        raise CryoalError(f"{path}: no _{_GROUP}, but _{_PREMULTIPLIED} differs; add the groups")
    of_group = dict(zip(optics.column(_GROUP), flags, strict=True))
    # Reading the places has refused groups that are not there.
    return np.array([of_group.get(group) == "1" for group in star.table.column(_GROUP)])


def _centred_A(tomograms: Path, picks: Picks) -> Numbers:
    """(N, 3) from each tomogram's centre, ``rlnTomoSize / 2``."""
    if picks.frame is Frame.CENTRED_A:
        return picks.positions
    if picks.unbinned_A is None or picks.frame not in (Frame.CORNER_A, Frame.UNBINNED_PX):
        raise CryoalError(
            f"{picks.source}: the particles' heights, which set the defocus, need "
            "_rlnTomoTiltSeriesPixelSize; add it to data_optics"
        )
    for name, where in zip(picks.tomograms, picks.wheres, strict=True):
        if name not in picks.unbinned_sizes_px:
            raise CryoalError(
                f"{where}: the particles' heights, which set the defocus, need "
                f"_rlnTomoSizeX, Y and Z of '{name}'; add them to {tomograms}"
            )
    pixels_A = picks.unbinned_A[:, None]
    sizes_A = np.array([picks.unbinned_sizes_px[name] for name in picks.tomograms]) * pixels_A
    in_A = picks.positions * (pixels_A if picks.frame is Frame.UNBINNED_PX else 1.0)
    return np.asarray(in_A - sizes_A / 2)
