"""``cryoal extract``: boxes around the particles of a list, in one HDF5 file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cryoal.counted import counted
from cryoal.io.coordinate_unit import Unit
from cryoal.io.copick_files import CopickSelection
from cryoal.io.hdf5 import DType
from cryoal.io.particle_options import ParticleOptions
from cryoal.lengths import parse_length_A
from cryoal.pools import Contrast, SubtomogramPool, pack_pool
from cryoal.pools.particle_boxes import ParticleSource, boxes_of_particles
from cryoal.pools.tomogram_boxes import BoxChoice, Edge

from .command import CryoalCommand
from .options import quiet_option, with_options
from .progress import progress_bar

AnyFunction = Callable[..., Any]

LIST_OPTIONS = (
    click.option(
        "--label-column",
        metavar="NAME",
        help="Column that holds the class: STAR or CSV by name, Dynamo 22, 23 or 34, motive 20.",
    ),
    click.option(
        "--unit",
        type=click.Choice([unit.value for unit in Unit]),
        help="Of coordinates in CSV and .coords, or in a STAR that means another than it says.",
    ),
    click.option(
        "--first-voxel",
        type=click.IntRange(0, 1),
        default=1,
        show_default=True,
        help="Number of a tomogram's first voxel in Dynamo and motive lists.",
    ),
    click.option("--z-offset", "z_offset_px", type=int, help="Of SHREC's z, in voxels."),
    click.option("--picks-of", metavar="USER[/SESSION]", help="Picks of a copick project [all]."),
)


@click.command("extract", cls=CryoalCommand)
@click.option(
    "--particles",
    type=click.Path(path_type=Path),
    required=True,
    help="List of particles: STAR, .tbl, .em, EMAN2, copick, ndjson, SHREC, .coords, .cbox, XML "
    "or CSV.",
)
@click.option(
    "--tomograms",
    type=click.Path(path_type=Path),
    help="A tomogram, the folder of all, or their table (.star, .doc, .vll) [as the list says].",
)
@click.option(
    "--root", type=click.Path(path_type=Path), help="Folder that paths in the lists start at."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="HDF5 file to write.")
@click.option("--box", metavar="N|LENGTH", help="Edge of the boxes: 32 (voxels), 384A or 38.4nm.")
@click.option("--voxel", metavar="LENGTH", help="Voxel of the boxes, Å [that of the tomograms].")
@click.option(
    "--edge",
    type=click.Choice(["drop", "pad", "error"]),
    default="drop",
    show_default=True,
    help="Boxes over an edge of their tomogram: leave out, fill with their mean, or refuse.",
)
@click.option(
    "--contrast",
    type=click.Choice(["bright", "dark"]),
    help="How protein shows in the tomograms [as it looks].",
)
@click.option(
    "--tomogram-voxel", metavar="LENGTH", help="Voxel of the tomograms, Å, if not stated."
)
@click.option(
    "--dtype",
    type=click.Choice(["float16", "float32"]),
    default="float16",
    show_default=True,
    help="Of the voxels in the file.",
)
@lambda function: with_options(function, LIST_OPTIONS)
@quiet_option
def extract(
    particles: Path,
    tomograms: Path | None,
    root: Path | None,
    out: Path,
    box: str | None,
    voxel: str | None,
    edge: Edge,
    contrast: Contrast | None,
    tomogram_voxel: str | None,
    dtype: DType,
    quiet: bool,
    **listing: Any,
) -> None:
    """Crop a box around every particle of a list into one HDF5 file, a pool for 'cryoal run'.

    Tomograms (MRC, MRC.gz, EM, OME-Zarr) are read box by box. A particle lies in voxel N // 2 of
    its box; another voxel size is interpolated. Each box is brought to mean 0 and deviation 1,
    the sign of its contrast stays. Where each item is in the list goes into the file, so that
    predictions can go back.

    Without tomograms, a STAR file's own images are taken: volumes, or 2D tilt stacks.

    Example: cryoal extract --particles run_data.star --tomograms tomograms/ --box 38.4nm
    --voxel 12 --out pool.h5
    """
    choice = BoxChoice(
        box=box,
        voxel_size_A=None if voxel is None else parse_length_A(voxel),
        edge=edge,
        contrast=contrast,
        tomogram_voxel_A=None if tomogram_voxel is None else parse_length_A(tomogram_voxel),
    )
    source = ParticleSource(particles, tomograms, root, list_options(**listing))
    pool = boxes_of_particles(source, choice)
    for warning in pool.warnings:
        click.echo(f"warning: {warning}", err=True)
    with progress_bar("extracting", quiet) as progress:
        pack_pool(pool, out, dtype, progress)
    click.echo(f"wrote {out}: {summary(pool)}, {dtype}")


def list_options(picks_of: str | None, unit: str | None, **others: Any) -> ParticleOptions:
    """Options of lists from those of the command line."""
    user, _, session = (picks_of or "").partition("/")
    return ParticleOptions(
        unit=None if unit is None else Unit(unit),
        picks_of=CopickSelection(user or None, session or None),
        **others,
    )


def summary(pool: SubtomogramPool) -> str:
    """``40 items of 32 px, 12 A, dark protein, from 4 tomograms``."""
    voxel = "voxel size unset" if pool.voxel_size_A is None else f"{pool.voxel_size_A:.4g} A"
    items = f"{counted(len(pool), 'item')} of {pool.item_shape[-1]} px"
    groups = 0 if pool.groups is None else len(set(pool.groups.tolist()))
    origin = f", from {counted(groups, 'tomogram')}" if groups else ""
    return f"{items}, {voxel}, {pool.contrast} protein{origin}"
