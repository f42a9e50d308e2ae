"""The two packed pools that the scheme study runs on; see docs/scheme-study.md.

    python benchmarks/study_pools.py --templates DIR --out DIR

``even.h5`` has the same number of boxes of each of ten structures from 200 kDa to 3 MDa.
``uneven.h5`` has ten times as many of the commonest as of the rarest, geometrically between, in a
shuffled order of size, and a fifth of all is junk: gold beads, membrane patches and boxes of
noise, in equal parts, under one label. Both at SNR 0.05 over the box, tilts of +-60 degrees.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import numpy as np

from cryoal.pools import open_subtomograms, pack_pool
from cryoal.simulation.assemblies import builtin
from cryoal.simulation.pool import simulate_pool

STRUCTURES = ["1bxn", "1qvr", "1u6g", "2cg9", "3cf3", "3d2f", "3h84", "4cr2", "4v94", "5mrc"]
JUNK = ["gold_bead", "membrane_patch"]
IMBALANCE, JUNK_SHARE = 10, 0.2
SNR, NOTHING = 0.05, 1e-6


@click.command()
@click.option("--templates", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--per-class", default=200, help="of the even pool; the other has as many in all")
@click.option("--box", default=24)
@click.option("--voxel", default=17.5, help="Angstrom")
@click.option("--seed", default=0)
def main(templates: Path, out: Path, per_class: int, box: int, voxel: float, seed: int) -> None:
    out.mkdir(parents=True, exist_ok=True)
    total = per_class * len(STRUCTURES)
    counts = uneven_counts(round(total * (1 - JUNK_SHARE)), seed)
    junk = round(total * JUNK_SHARE / 3)
    maps = [templates / f"{name}.mrc" for name in STRUCTURES]
    common = {"box_px": box, "voxel_size_A": voxel, "mode": "float16"}
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        work = Path(scratch)
        most = max(per_class, *counts)
        simulate_pool(maps, work / "maps", snrs=[SNR], per_class=most, seed=seed, **common)
        simulate_pool(
            [builtin(name) for name in JUNK],
            work / "junk",
            snrs=[SNR],
            per_class=junk,
            seed=seed,
            **common,
        )
        empty = work / "empty"
        simulate_pool(maps[:1], empty, snrs=[NOTHING], per_class=junk, seed=seed + 1, **common)
        even, uneven = work / "even", work / "uneven"
        for name, count in zip(STRUCTURES, counts, strict=True):
            source = class_folder(work / "maps", name)
            link(source, even / name, per_class)
            link(source, uneven / name, count)
        for name in JUNK:
            link(class_folder(work / "junk", name), uneven / "junk", junk, name)
        link(class_folder(empty, STRUCTURES[0]), uneven / "junk", junk, "empty")
        for folder in (even, uneven):
            pool = open_subtomograms(folder)
            pack_pool(pool, out / f"{folder.name}.h5")
            sizes = np.bincount(pool.labels).tolist()
            click.echo(f"{folder.name}: {dict(zip(pool.classes, sizes, strict=True))}")


def uneven_counts(total: int, seed: int) -> list[int]:
    """How many of each structure: in proportion from 1 to 1 / IMBALANCE, in shuffled order."""
    shares = IMBALANCE ** -np.linspace(0, 1, len(STRUCTURES))
    shares = np.random.default_rng(seed).permutation(shares / shares.sum())
    return [round(total * share) for share in shares]


def class_folder(pool: Path, name: str) -> Path:
    (folder,) = pool.glob(f"*/{name}/subtomogram_mrc")
    return folder


def link(source: Path, target: Path, count: int, prefix: str = "item") -> None:
    """Take the first ``count`` boxes of ``source``."""
    target.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (target / f"{prefix}{number}.mrc").hardlink_to(source / f"tomotarget{number}.mrc")


if __name__ == "__main__":
    main()
