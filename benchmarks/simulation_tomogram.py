"""What one simulated tomogram costs, stage by stage; docs/simulation-tomograms.md.

    python benchmarks/simulation_tomogram.py [--size 512,512,200] [--number 500] [--threads 1]

One tomogram of four built-in kinds with 2 % of background proteins, two vesicles, gold and ice, 41
tilts, in one thread as ``simulate_tomograms`` works; its files are written into a temporary folder,
as far as the system takes them without waiting for the disk. Seconds are of the clock, beside
them those of the processor, which other work on the machine lengthens less. The peak of memory is
that of the process so far; all boxes and the tomogram are kept until the files are written, which
``simulate_tomograms`` does one by one.
"""

from __future__ import annotations

import os
import platform
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from cryoal.simulation.boxes import draw_boxes
from cryoal.simulation.camera import Camera
from cryoal.simulation.density import Volume
from cryoal.simulation.detector import Detector
from cryoal.simulation.tomogram import Box, MadeTomogram, TomogramMaker, project
from cryoal.simulation.tomogram_files import write_map, write_truth
from cryoal.simulation.tomogram_recipe import TomogramRecipe, make_recipe

Seconds = Volume
"""(2,) of the clock, and of the processor."""
KINDS = ["ribosome_70s", "groel", "proteasome_20s", "rubisco"]


@click.command()
@click.option("--size", default="512,512,200", help="voxels, x,y,z")
@click.option("--number", default=500, help="particles")
@click.option("--voxel", "voxel_size_A", default=10.0, help="Angstrom")
@click.option("--threads", default=1)
@click.option("--device", default="cpu")
def main(size: str, number: int, voxel_size_A: float, threads: int, device: str) -> None:
    torch.set_num_threads(threads)
    values = {
        "structures": KINDS,
        "size_px": [int(n) for n in size.split(",")],
        "number": number,
        "voxel_size_A": voxel_size_A,
        "device": device,
    }
    recipe = make_recipe(values, "benchmark")
    table = Table("stage", "of", "s", "processor, s", "each", "peak, GB")
    for name, count, unit, (seconds, own) in stages(recipe):
        each = f"{1e3 * own / count:.1f} ms"
        row = [name, f"{count} {unit}", f"{seconds:.1f}", f"{own:.1f}", each, f"{peak_GB():.2f}"]
        table.add_row(*row)
    Console(width=110).print(table)
    where = torch.cuda.get_device_name(device) if device != "cpu" else platform.machine()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    click.echo(f"peak memory of the process {peak_GB():.2f} GB")
    click.echo(f"{os.cpu_count()} cores ({where}), {threads} threads, load average {load}")


def stages(recipe: TomogramRecipe) -> Iterator[tuple[str, int, str, Seconds]]:
    """(stage, how many, of what, seconds in all)."""
    maker = TomogramMaker(recipe)
    with timed() as seconds:
        specimen = maker.drawer.draw(0)
    objects = len(specimen.names())
    yield "packing", objects, "object", seconds()
    camera = Camera(
        recipe.size_px, recipe.voxel_size_A, recipe.tilts, recipe.optics, 3.0, maker.device
    )
    marks: list[tuple[float, Seconds]] = []
    with timed() as seconds:
        total = project(specimen, camera, lambda share: marks.append((share, now())))
    first = len(specimen.particles)
    halves = [mark for share, mark in marks if share <= 0.5]
    labelled = halves[-1] - (marks[-1][1] - seconds())
    membranes = marks[-1][1] - marks[-1 - len(specimen.vesicles)][1]
    yield "projection: particles", first, "particle", labelled
    others = objects - first - len(specimen.vesicles)
    yield "projection: other objects", others, "object", seconds() - labelled - membranes
    if specimen.vesicles:
        yield "projection: membranes", len(specimen.vesicles), "vesicle", membranes
    generator = np.random.default_rng(0)
    detector = Detector(camera, recipe.slab_px() * recipe.voxel_size_A)
    with timed() as seconds:
        noise = detector.noise(total, generator)
        stacks = torch.stack([detector.blur(stack) for stack in (total, noise)])
    yield "counting noise and blur", len(total), "image", seconds()
    boxes = draw_boxes(recipe, specimen, generator)
    with timed() as seconds:
        made = MadeTomogram(recipe, specimen, camera, detector.electrons, boxes, stacks)
    yield "SNR of every particle", first, "particle", seconds()
    click.echo(f"SNR at the dose {made.ratios[:, 0].mean():.3f}")
    with timed() as seconds:
        voxels = [volume for _, at_snrs in made.subtomograms() for volume in at_snrs.values()]
    yield f"subtomograms of {recipe.box_px} px", len(boxes), "box", seconds()
    with timed() as seconds:
        voxels += [volume for _, volume in made.volumes()]
    yield "whole tomogram", int(np.prod(recipe.size_px)) // 10**6, "million voxel", seconds()
    with tempfile.TemporaryDirectory() as name:
        with timed() as seconds:
            write_files(Path(name), maker, made, voxels)
        files = [path for path in Path(name).rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
    yield f"writing of {size / 1e6:.0f} MB, with the truth", len(files), "file", seconds()


def write_files(folder: Path, maker: TomogramMaker, made: MadeTomogram, voxels: list[Box]) -> None:
    """Boxes, tomogram and truth; the lists of a few hundred lines are left out."""
    for number, volume in enumerate(voxels):
        write_map(folder / f"{number}.mrc", volume, made.recipe.voxel_size_A)
    write_truth(made, maker.drawer.classes, folder / "truth")


def peak_GB() -> float:
    """The most memory that the process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


@contextmanager
def timed() -> Iterator[Callable[[], Seconds]]:
    """Seconds of the block, once it has ended."""
    started = now()
    ended: list[Seconds] = []
    yield lambda: ended[0] - started
    ended.append(now())


def now() -> Seconds:
    return np.array([time.perf_counter(), time.process_time()])


if __name__ == "__main__":
    main()
