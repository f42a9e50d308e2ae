"""``cryoal pack``: a pool in one HDF5 file."""

from __future__ import annotations

from pathlib import Path

import click

from cryoal.counted import counted
from cryoal.io.hdf5 import DType
from cryoal.pools import Contrast, open_subtomograms, pack_pool

from .command import CryoalCommand
from .options import pool_options, quiet_option
from .progress import progress_bar


@click.command("pack", cls=CryoalCommand)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="HDF5 file to write.")
@click.option(
    "--dtype",
    type=click.Choice(["float16", "float32"]),
    default="float16",
    show_default=True,
    help="float16 is refused where it would change the data.",
)
@pool_options
@quiet_option
def pack(
    path: Path,
    out: Path,
    dtype: DType,
    snr: float | None,
    label_column: str | None,
    voxel_size_A: float | None,
    contrast: Contrast | None,
    quiet: bool,
) -> None:
    """Write the subtomograms of PATH into one HDF5 file that reads much faster.

    Voxels, labels, names, groups, voxel size and contrast go in; OUT appears whole or not at all.
    """
    pool = open_subtomograms(
        path, snr=snr, label_column=label_column, voxel_size_A=voxel_size_A, contrast=contrast
    )
    with progress_bar("packing", quiet) as progress:
        pack_pool(pool, out, dtype, progress)
    click.echo(f"wrote {out}: {counted(len(pool), 'item')} of {pool.item_shape[-1]} px, {dtype}")
