"""A list of particles and the tomograms they lie in, as a pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from cryoal.counted import counted
from cryoal.errors import CryoalError
from cryoal.io.open_tomogram import open_tomogram
from cryoal.io.particle_options import ParticleOptions
from cryoal.io.picks import Picks, TomogramGeometry
from cryoal.io.tomogram import Tomogram
from cryoal.lengths import parse_box_px
from cryoal.pools.contrast_hint import contrast_hint
from cryoal.pools.list_origin import ListOrigin, list_digest
from cryoal.pools.pick_units import (
    PlacedPicks,
    place_picks,
    refuse_other_binning,
    refuse_wrong_units,
)
from cryoal.pools.pool import Contrast
from cryoal.pools.subtomograms import SubtomogramPool, same_length
from cryoal.pools.tomogram_files import find_tomograms
from cryoal.pools.tomogram_pool import BoxItems, TomogramPool
from cryoal.volumes.crop import lies_inside

Edge = Literal["drop", "pad", "error"]
_DEFAULTS = ParticleOptions()


@dataclass(frozen=True)
class BoxChoice:
    """How boxes are cropped.

    Attributes:
        box: edge, ``32`` voxels or a length such as ``38.4nm``; tomograms need one.
        voxel_size_A: of the boxes; None takes that of the tomograms, which must agree.
        edge: what happens to boxes that reach over an edge of their tomogram: ``drop`` leaves them
            out, ``pad`` fills them with the mean of their part inside, ``error`` refuses them.
        contrast: how protein shows in the tomograms; None looks at the boxes.
        tomogram_voxel_A: of the tomograms, where the files do not state it, or state it wrongly.
    """

    box: str | None = None
    voxel_size_A: float | None = None
    edge: Edge = "drop"
    contrast: Contrast | None = None
    tomogram_voxel_A: float | None = None


def boxes_in_tomograms(
    picks: Picks,
    tomograms: Path | None,
    choice: BoxChoice,
    options: ParticleOptions = _DEFAULTS,
) -> TomogramPool:
    """Open the tomograms of a list and place a box around each of its particles.

    No voxels are read, but for up to 64 boxes where the contrast is not stated.

    Args:
        picks: the list.
        tomograms: as :func:`~cryoal.pools.tomogram_files.find_tomograms` takes it.
        choice: how boxes are cropped.
        options: those that the list was read with, for who writes into it later.

    Raises:
        CryoalError: tomograms that are missing, ambiguous, unreadable or without voxel size,
            coordinates that do not fit them, boxes over the edge where these are refused, no box
            that is left, or a contrast that is neither stated nor clear.
    """
    if not len(picks):
        raise CryoalError(f"{picks.source}: lists no particles; give another list")
    if choice.box is None:
        raise CryoalError(f"{picks.source}: give the edge of the boxes by --box, as 32 or 38.4nm")
    files, warnings = find_tomograms(picks, tomograms)
    opened = {name: open_tomogram(path) for name, path in files.items()}
    sizes_A = _voxel_sizes_A(opened, choice.tomogram_voxel_A, warnings)
    placed = place_picks(picks, _geometries(picks, opened, sizes_A))
    refuse_wrong_units(placed)
    warnings += refuse_other_binning(placed, files)
    voxel_A = choice.voxel_size_A or _common_voxel_A(sizes_A, opened)
    steps = {
        name: 1.0 if same_length(size_A, voxel_A) else voxel_A / size_A
        for name, size_A in sizes_A.items()
    }
    box_px = parse_box_px(choice.box, voxel_A)
    kept = _kept(placed, box_px, steps, choice.edge, warnings)
    items = _items(placed, kept, options, warnings)
    left = {name: opened[name] for name in opened if name in set(items.groups)}
    pool = TomogramPool(items, left, sizes_A, steps, box_px, voxel_A, choice.contrast or "bright")
    if choice.contrast is None:
        take_contrast(pool)
    return pool


def take_contrast(pool: SubtomogramPool) -> None:
    """Set a pool's contrast by how its boxes look, and say so among its warnings.

    Raises:
        CryoalError: they do not tell.
    """
    hint = contrast_hint(pool)
    boxes, looks = (
        counted(hint.items, "box", "boxes"),
        f"centre minus edge {hint.difference:+.3f} sd",
    )
    if hint.contrast is None:
        raise CryoalError(
            f"{pool.source}: {boxes} do not tell whether protein is bright or dark ({looks}); "
            "state it by --contrast"
        )
    pool.contrast = hint.contrast
    pool.warnings.append(
        f"contrast is not stated: protein looks {pool.contrast} in {boxes} ({looks}) and is "
        "taken so"
    )


def _voxel_sizes_A(
    opened: Mapping[str, Tomogram], stated_A: float | None, warnings: list[str]
) -> dict[str, float]:
    sizes_A = {}
    for name, tomogram in opened.items():
        in_file = tomogram.voxel_size_A
        size_A = stated_A or in_file
        if size_A is None:
            raise CryoalError(
                f"{tomogram.path}: states no voxel size (0 or 1 A is unset); give it by "
                "--tomogram-voxel"
            )
        if stated_A and in_file and not same_length(stated_A, in_file):
            warnings.append(
                f"{tomogram.path} says {in_file:.4g} A a voxel; the stated {stated_A:.4g} A is used"
            )
        sizes_A[name] = size_A
    return sizes_A


def _geometries(
    picks: Picks, opened: Mapping[str, Tomogram], sizes_A: Mapping[str, float]
) -> dict[str, TomogramGeometry]:
    unbinned: dict[str, float] = {}
    if picks.unbinned_A is not None:
        for row, name in enumerate(picks.tomograms):
            pixel_A = float(picks.unbinned_A[row])
            if not same_length(unbinned.setdefault(name, pixel_A), pixel_A):
                raise CryoalError(
                    f"{picks.wheres[row]}: the tilt series of tomogram '{name}' has pixels of "
                    f"{unbinned[name]:g} and of {pixel_A:g} A; correct the list"
                )
    return {
        name: TomogramGeometry(one.size_px, sizes_A[name], unbinned.get(name))
        for name, one in opened.items()
    }


def _common_voxel_A(sizes_A: Mapping[str, float], opened: Mapping[str, Tomogram]) -> float:
    first = next(iter(sizes_A))
    for name, size_A in sizes_A.items():
        if not same_length(size_A, sizes_A[first]):
            raise CryoalError(
                f"{opened[name].path}: voxels of {size_A:.4g} A, but {opened[first].path.name} has "
                f"{sizes_A[first]:.4g} A; give the voxel size of the boxes by --voxel"
            )
    return sizes_A[first]


def _kept(
    placed: PlacedPicks, box_px: int, steps: Mapping[str, float], edge: Edge, warnings: list[str]
) -> npt.NDArray[np.int64]:
    """Positions of the particles that get a box."""
    picks = placed.picks
    whole = np.empty(len(picks), np.bool_)
    for name, rows in placed.rows.items():
        size = placed.tomograms[name].size_px
        whole[rows] = lies_inside(placed.places_px[rows], box_px, steps[name], size)
    outside = placed.outside()
    over = ~whole & ~outside
    if outside.any() and edge != "drop":
        raise CryoalError(
            f"{picks.wheres[int(np.flatnonzero(outside)[0])]}: {_of(outside)} outside of their "
            "tomogram, this one first; correct the list, or leave them out by --edge drop"
        )
    if over.any() and edge == "error":
        raise CryoalError(
            f"{picks.wheres[int(np.flatnonzero(over)[0])]}: boxes of {box_px} voxels around "
            f"{_of(over)} over an edge of their tomogram, this one first; give a smaller --box, "
            "--edge pad or --edge drop"
        )
    if outside.any():
        warnings.append(f"{_of(outside)} outside of their tomogram: left out")
    if over.any():
        what = "filled with the mean of the rest" if edge == "pad" else "left out"
        warnings.append(f"boxes around {_of(over)} over an edge of their tomogram: {what}")
    kept = np.flatnonzero(~outside if edge == "pad" else whole)
    if not len(kept):
        raise CryoalError(
            f"{picks.source}: no box of {box_px} voxels lies inside of a tomogram; give a smaller "
            "--box or --edge pad"
        )
    return kept


def _of(chosen: npt.NDArray[np.bool_]) -> str:
    number = int(chosen.sum())
    return f"{number} of {counted(len(chosen), 'particle')} {'lies' if number == 1 else 'lie'}"


def _items(
    placed: PlacedPicks,
    kept: npt.NDArray[np.int64],
    options: ParticleOptions,
    warnings: list[str],
) -> BoxItems:
    picks, rows = placed.picks, kept.tolist()
    rotations = None if picks.rotations is None else picks.rotations[kept]
    source = picks.source.absolute()
    return BoxItems(
        ids=[picks.ids[row] for row in rows],
        wheres=[picks.wheres[row] for row in rows],
        groups=[picks.tomograms[row] for row in rows],
        places_px=placed.places_px[kept],
        label_names=[picks.labels[row] if len(picks.labels) else "" for row in rows],
        origin=ListOrigin(source, list_digest(source), kept, rotations, options),
        warnings=warnings,
    )
