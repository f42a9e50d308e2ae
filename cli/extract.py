"""``cryoal extract``: boxes around the particles of a list, in one HDF5 file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cryoal.counted import counted
from cryoal.errors import CryoalError
from cryoal.io.hdf5 import DType
from cryoal.lengths import parse_length_A
from cryoal.pools import Contrast, SubtomogramPool, pack_pool
from cryoal.runs.box_settings import BoxSettings
from cryoal.runs.open_boxes import open_boxes

from .box_options import box_options, box_values
from .command import CryoalCommand
from .options import quiet_option
from .progress import progress_bar


@click.command("extract", cls=CryoalCommand)
@box_options
@click.option("--out", type=click.Path(path_type=Path), required=True, help="HDF5 file to write.")
@click.option(
    "--label-column",
    metavar="NAME",
    help="Column that holds the class: STAR or CSV by name, Dynamo 22, 23 or 34, motive 20.",
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
@quiet_option
def extract(
    particles: Path | None,
    out: Path,
    label_column: str | None,
    contrast: Contrast | None,
    tomogram_voxel: str | None,
    dtype: DType,
    quiet: bool,
    **boxes: Any,
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
    if particles is None:
        raise CryoalError("--particles is missing; name the list, such as run_data.star")
    settings = BoxSettings(**box_values(boxes))
    voxel_A = None if tomogram_voxel is None else parse_length_A(tomogram_voxel)
    pool = open_boxes(particles, settings, label_column, contrast, voxel_A)
    for warning in pool.warnings:
        click.echo(f"warning: {warning}", err=True)
    with progress_bar("extracting", quiet) as progress:
        pack_pool(pool, out, dtype, progress)
    click.echo(f"wrote {out}: {summary(pool)}, {dtype}")


def summary(pool: SubtomogramPool) -> str:
    """``40 items of 32 px, 12 A, dark protein, from 4 tomograms``."""
    voxel = "voxel size unset" if pool.voxel_size_A is None else f"{pool.voxel_size_A:.4g} A"
    items = f"{counted(len(pool), 'item')} of {pool.item_shape[-1]} px"
    groups = 0 if pool.groups is None else len(set(pool.groups.tolist()))
    origin = f", from {counted(groups, 'tomogram')}" if groups else ""
    return f"{items}, {voxel}, {pool.contrast} protein{origin}"
