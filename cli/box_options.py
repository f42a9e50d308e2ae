"""Options of boxes around the particles of a list, for commands that crop them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from cryoal.errors import CryoalError
from cryoal.lengths import parse_length_A

from .options import with_options

AnyFunction = Callable[..., Any]

BOX_OPTIONS = (
    click.option(
        "--particles",
        type=click.Path(path_type=Path),
        help="List of particles: STAR, .tbl, .em, EMAN2, copick, ndjson, SHREC, .coords, .cbox, "
        "XML or CSV.",
    ),
    click.option(
        "--tomograms",
        type=click.Path(path_type=Path),
        help="A tomogram, the folder of all, or their table (.star, .doc, .vll) [as the list "
        "says].",
    ),
    click.option(
        "--root", type=click.Path(path_type=Path), help="Folder that paths in the lists start at."
    ),
    click.option("--box", metavar="N|LENGTH", help="Edge of boxes: 32 (voxels), 384A or 38.4nm."),
    click.option("--voxel", metavar="LENGTH", help="Voxel of boxes, Å [that of the tomograms]."),
    click.option(
        "--edge",
        type=click.Choice(["drop", "pad", "error"]),
        help="Boxes over an edge of their tomogram: leave out, fill with their mean, or refuse "
        "[drop].",
    ),
    click.option(
        "--unit",
        type=click.Choice(["px", "A"]),
        help="Of coordinates in CSV and .coords, or in a STAR that means another than it says.",
    ),
    click.option(
        "--first-voxel",
        type=click.IntRange(0, 1),
        help="Number of a tomogram's first voxel in Dynamo and motive lists [1].",
    ),
    click.option("--z-offset", "z_offset_px", type=int, help="Of SHREC's z, in voxels."),
    click.option("--picks-of", metavar="USER[/SESSION]", help="Picks of a copick project [all]."),
)
_BOX_NAMES = (
    *("tomograms", "root", "box", "voxel", "edge"),
    *("unit", "first_voxel", "z_offset_px", "picks_of"),
)


def box_options(function: AnyFunction) -> AnyFunction:
    """Add the options that say what is cropped."""
    return with_options(function, BOX_OPTIONS)


def box_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of :class:`~cryoal.runs.box_settings.BoxSettings` from options, paths absolute.

    Raises:
        CryoalError: a voxel that is no length.
    """
    values = {n: given[n] for n in _BOX_NAMES if given.get(n) is not None}
    if "voxel" in values:
        values["voxel_A"] = parse_length_A(values.pop("voxel"))
    return _absolute(values)


def with_boxes(base: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that were given, those of boxes where ``config.yaml`` has them.

    Args:
        base: settings that options override.
        given: options.

    Raises:
        CryoalError: options of boxes without a list of particles, or a pool beside it.
    """
    rest = {n: value for n, value in given.items() if n not in ("particles", *_BOX_NAMES)}
    changes, before = box_values(given), base.get("boxes")
    if "particles" in given:
        if "data" in given:
            raise CryoalError("--data and --particles both name a pool; give one of them")
        rest["data"] = str(given["particles"])
    elif before is None or "data" in given:
        if changes:
            raise CryoalError(
                "options of boxes in tomograms need a list of particles; name it by --particles"
            )
        return {**rest, "boxes": None}
    known = _absolute(before) if isinstance(before, Mapping) else {}
    return {**rest, "boxes": known | changes}


def _absolute(values: Mapping[str, Any]) -> dict[str, Any]:
    paths = {n: values[n] for n in ("tomograms", "root") if values.get(n) is not None}
    return {**values} | {name: str(Path(path).absolute()) for name, path in paths.items()}
