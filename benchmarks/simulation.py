"""How fast subtomograms are simulated, and atomic models become densities.

    python benchmarks/simulation.py [--boxes 24,32,48,64] [--particles 30]

All runs in one thread. Boxes are those of ``cryoal simulate``: 41 tilts from -60 to 60 degrees, one
SNR, float32, written to a temporary folder; all are 320 Å wide. The atomic model is 1bxn (two
copies of what is deposited) from the structures folder in CRYOAL_DATA, or another by --structure.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from cryoal.simulation.atoms import read_atoms
from cryoal.simulation.particle_recipe import resolve_recipe
from cryoal.simulation.pool import write_pool
from cryoal.simulation.potential import density_from_atoms

WIDTH_A = 320.0
DATA = Path(os.environ.get("CRYOAL_DATA", "../shared/data"))

Row = tuple[str, str, float, str]
"""What, how large, seconds for one, and what one is."""


@click.command()
@click.option("--boxes", default="24,32,48,64", help="edges, px")
@click.option("--particles", default=30, help="of each of two classes")
@click.option("--structure", type=click.Path(path_type=Path), default=DATA / "structures/1bxn.pdb")
@click.option("--voxels", default="10,5,2.5", help="voxels of the images, Angstrom")
def main(boxes: str, particles: int, structure: Path, voxels: str) -> None:
    sections: list[Iterator[Row]] = [
        particle_rows([int(text) for text in boxes.split(",")], particles),
        atom_rows(structure, [float(text) for text in voxels.split(",")]),
        # Rows of the tomogram path: one more function like these, and its call here.
    ]
    table = Table()
    for column in ("what", "size", "s", "a second"):
        table.add_column(column, justify="left" if column in ("what", "size") else "right")
    for section in sections:
        for what, size, seconds, unit in section:
            table.add_row(what, size, f"{seconds:.3f}", f"{1 / seconds:.1f} {unit}")
        table.add_section()
    Console(width=100).print(table)
    peak_MB = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(f"peak memory of the process {peak_MB:.0f} MB")


def particle_rows(boxes: list[int], particles: int) -> Iterator[Row]:
    """Boxes of the particle path, with writing and without reading structures."""
    for box_px in boxes:
        values = {
            "builtin": ["groel", "proteasome_20s"],
            "snrs": [0.05],
            "per_class": particles,
            "box_px": box_px,
            "voxel_size_A": WIDTH_A / box_px,
        }
        recipe = resolve_recipe(values, Path(), "benchmark")
        with tempfile.TemporaryDirectory() as folder:
            seconds = timed(lambda r=recipe, f=folder: write_pool(r, Path(f) / "pool"))
        yield "particle path", f"{box_px}^3", seconds / (2 * particles), "boxes"


def atom_rows(structure: Path, voxels: list[float]) -> Iterator[Row]:
    """Reading an atomic model and making the density that images of each voxel size need."""
    if not structure.is_file():
        click.echo(f"no atomic model at {structure}; set CRYOAL_DATA or give --structure")
        return
    atoms = read_atoms(structure).count_atom_sites()
    for voxel_A in voxels:
        seconds = timed(lambda v=voxel_A: density_from_atoms(structure, v / 2))
        yield (
            f"atoms of {structure.stem} to density",
            f"{atoms} atoms, {voxel_A:g} Å",
            seconds,
            "maps",
        )


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
