"""``cryoal noise``: noisier variants of a pool."""

from __future__ import annotations

import math
from pathlib import Path

import click

from cryoal.counted import counted
from cryoal.errors import CryoalError
from cryoal.pools import Contrast, open_subtomograms
from cryoal.pools.noise_variants import cleanest
from cryoal.pools.write_variants import measure_noise, write_variants
from cryoal.volumes.noise_law import NOISY

from .command import CryoalCommand
from .numbers import numbers
from .options import quiet_option
from .progress import progress_bar

DOUBTFUL = 1.5


@click.command("noise", cls=CryoalCommand)
@click.option("--data", type=click.Path(path_type=Path), required=True, help="Pool, as for run.")
@click.option(
    "--snr",
    "snrs",
    metavar="RATIOS",
    required=True,
    help="Variance of signal over noise in the box, such as 0.1,0.05,0.03,0.01.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to make.")
@click.option(
    "--input-snr",
    type=float,
    help="Ratio that the pool has (inf: no noise); else by its folder's name, else measured.",
)
@click.option("--label-column", metavar="NAME", help="Column of a STAR or CSV that holds the class")
@click.option("--voxel-size", "voxel_size_A", type=float, help="Voxel size, Å, if not stated.")
@click.option("--contrast", type=click.Choice(["bright", "dark"]), help="How protein shows.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@quiet_option
def noise(
    data: Path,
    snrs: str,
    out: Path,
    input_snr: float | None,
    label_column: str | None,
    voxel_size_A: float | None,
    contrast: Contrast | None,
    seed: int,
    quiet: bool,
) -> None:
    """Make noisier variants of a pool, to see how much noise a scheme bears.

    The noise has the colour and the missing wedge of the boxes' own. Of several variants in
    --data the cleanest is taken. OUT/SNR005/pool.h5 and so on keep names, labels and tomograms;
    'cryoal run --data OUT --snr 0.05' takes one of them.
    """
    wanted = numbers("--snr", snrs)
    if input_snr is not None and not input_snr > 0:
        raise CryoalError(
            f"--input-snr {input_snr:g}: give the ratio that the pool has, a number above 0 (or "
            "inf for a pool without noise)"
        )
    if not data.exists():
        raise CryoalError(f"{data}: is not there; correct the path")
    source, named = cleanest(data)
    pool = open_subtomograms(
        source, label_column=label_column, voxel_size_A=voxel_size_A, contrast=contrast
    )
    with progress_bar("measuring the noise", quiet) as progress:
        law = measure_noise(pool, progress)
    stated = named if input_snr is None else input_snr
    ratio = law.snr if stated is None else stated
    click.echo(f"{source}: {counted(len(pool), 'item')}, {described(stated, law.snr)}")
    if len({*wanted}) < len(wanted):
        raise CryoalError(f"--snr {snrs}: a ratio is given twice")
    for file in write_variants(
        pool, out, wanted, law, ratio, seed, lambda work: progress_bar(work, quiet)
    ):
        click.echo(f"{file}")


def described(stated: float | None, measured: float) -> str:
    """What is known of the pool's ratio, and whether that agrees."""
    if stated is None:
        return f"SNR {measured:.3g} by the boxes' corners (--input-snr to state it)"
    text = f"SNR {stated:g} as stated"
    text += f", {measured:.3g} by the boxes' corners"
    # Of boxes without noise the corners hold what the lens has spread, so that some ratio is left.
    differ = (
        measured < NOISY
        if stated == math.inf
        else not (1 / DOUBTFUL < measured / stated < DOUBTFUL)
    )
    if differ:
        text += (
            "; these differ: is the stated one of the particle alone, or are there neighbours in "
            "the boxes? --input-snr states the ratio over the whole box"
        )
    return text
