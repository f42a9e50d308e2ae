"""How fast boxes come out of a tomogram, and how much memory that takes, beside plain numpy.

    python benchmarks/extraction.py [--boxes 10000] [--box 48] [--size 1024,1024,512] [--rounds 3]

Makes a tomogram of noise in a temporary folder (float32; 2 GB as it is by default) and particles
at random places in random order. Every way of cropping runs in a process of its own, which holds
nothing else; ways take turns, and the table holds medians over rounds. Three jobs, each beside
the loop over ``numpy.memmap`` that does the same:

* boxes: float32, as they are in the tomogram. The pool does more: it refuses voxels that are not
  finite, and brings each box to mean 0 and deviation 1;
* normalised: the same, and the loop does that too (but checks nothing);
* packed: normalised boxes in an HDF5 file of float16, one a chunk.

"whole tomogram" reads all of it into memory first. Peak memory is that of the process, Python and
the libraries it loads included; pages of the file that stay in the system's cache are not.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import h5py
import mrcfile
import numpy as np
from rich.console import Console
from rich.table import Table

BATCH = 64
LOOPS = ("boxes: numpy memmap loop", "normalised: numpy memmap loop", "packed: numpy memmap loop")
WAYS = {
    LOOPS[0]: LOOPS[0],
    "boxes: pool": LOOPS[0],
    "boxes: whole tomogram": LOOPS[0],
    LOOPS[1]: LOOPS[1],
    "normalised: pool": LOOPS[1],
    LOOPS[2]: LOOPS[2],
    "packed: cryoal extract": LOOPS[2],
}
"""Each way, and the loop that it is set beside."""


def make_tomogram(path: Path, size_px: tuple[int, int, int]) -> None:
    """Noise, section by section."""
    x, y, z = size_px
    rng = np.random.default_rng(0)
    with mrcfile.new_mmap(path, (z, y, x), 2) as mrc:
        for section in mrc.data:
            section[:] = rng.standard_normal((y, x), dtype=np.float32)
        mrc.voxel_size = 10.0


def places_px(boxes: int, box_px: int, size_px: tuple[int, int, int]) -> np.ndarray:
    """Whole voxels (n, 3) xyz that leave room for a box."""
    low = np.full(3, box_px // 2)
    high = np.array(size_px) - (box_px - box_px // 2) + 1
    return np.random.default_rng(1).integers(low, high, (boxes, 3))


def crops(volume: np.ndarray, places: np.ndarray, box_px: int) -> object:
    """Batches of boxes, one slice a box."""
    for start in range(0, len(places), BATCH):
        some = places[start : start + BATCH]
        batch = np.empty((len(some), box_px, box_px, box_px), np.float32)
        for row, (x, y, z) in enumerate(some - box_px // 2):
            batch[row] = volume[z : z + box_px, y : y + box_px, x : x + box_px]
        yield batch


def normalised(batch: np.ndarray) -> np.ndarray:
    axes = (1, 2, 3)
    return (batch - batch.mean(axes, keepdims=True)) / batch.std(axes, keepdims=True)


def pool_of(tomogram: Path, places: np.ndarray, box_px: int) -> object:
    """The pool; cryoal is loaded only by the ways that need it."""
    from cryoal.io.picks import Frame, Picks
    from cryoal.pools.tomogram_boxes import BoxChoice, boxes_in_tomograms

    count = len(places)
    picks = Picks(
        source=tomogram.with_suffix(".list"),
        ids=[f"{at}" for at in range(count)],
        wheres=[f"row {at}" for at in range(count)],
        tomograms=["tomogram"] * count,
        positions=places.astype(np.float64),
        frame=Frame.VOXELS,
    )
    choice = BoxChoice(str(box_px), edge="error", contrast="bright")
    return boxes_in_tomograms(picks, tomogram, choice)


def memmap(tomogram: Path, size_px: tuple[int, int, int]) -> np.ndarray:
    return np.memmap(tomogram, np.float32, "r", 1024, size_px[::-1])


def pack_by_hand(out: Path, volume: np.ndarray, places: np.ndarray, box_px: int) -> None:
    shape = (len(places), box_px, box_px, box_px)
    with h5py.File(out, "w") as file:
        volumes = file.create_dataset("volumes", shape, "f2", chunks=(1, *shape[1:]))
        for number, batch in enumerate(crops(volume, places, box_px)):
            start = number * BATCH
            volumes[start : start + len(batch)] = normalised(batch).astype(np.float16)


def work(way: str, tomogram: Path, places: np.ndarray, box_px: int, size_px: object) -> float:
    """Seconds that a way takes, imports not counted."""
    if way in ("boxes: pool", "normalised: pool", "packed: cryoal extract"):
        from cryoal.pools import pack_pool

        pool_of(tomogram, places[:1], box_px)
    out = tomogram.with_suffix(f".{os.getpid()}.h5")
    started = time.perf_counter()
    if way == "boxes: whole tomogram":
        whole = np.fromfile(tomogram, np.float32, offset=1024).reshape(size_px[::-1])
        for _ in crops(whole, places, box_px):
            pass
    elif way in ("boxes: pool", "normalised: pool"):
        pool = pool_of(tomogram, places, box_px)
        order = pool.reading_order
        for start in range(0, len(pool), BATCH):
            pool.read(order[start : start + BATCH])
    elif way == "packed: cryoal extract":
        pack_pool(pool_of(tomogram, places, box_px), out)
    elif way == "packed: numpy memmap loop":
        pack_by_hand(out, memmap(tomogram, size_px), places, box_px)
    else:
        for batch in crops(memmap(tomogram, size_px), places, box_px):
            if way == "normalised: numpy memmap loop":
                normalised(batch)
    taken = time.perf_counter() - started
    out.unlink(missing_ok=True)
    return taken


def peak_MB() -> float:
    """Largest resident memory of this process since it began."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def in_own_process(arguments: list[str]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, *arguments], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@click.command()
@click.option("--boxes", default=10_000)
@click.option("--box", "box_px", default=48)
@click.option("--size", default="1024,1024,512", help="voxels, x,y,z")
@click.option("--rounds", default=3)
@click.option("--way", hidden=True)
@click.option("--tomogram", type=click.Path(path_type=Path), hidden=True)
def main(
    boxes: int, box_px: int, size: str, rounds: int, way: str | None, tomogram: Path | None
) -> None:
    x, y, z = (int(length) for length in size.split(","))
    places = places_px(boxes, box_px, (x, y, z))
    if way is not None:
        seconds = work(way, tomogram, places, box_px, (x, y, z))
        click.echo(json.dumps({"seconds": seconds, "peak_MB": peak_MB()}))
        return
    found: dict[str, list[dict[str, float]]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        tomogram = Path(folder) / "tomogram.mrc"
        make_tomogram(tomogram, (x, y, z))
        same = ["--boxes", str(boxes), "--box", str(box_px), "--size", size]
        for _ in range(rounds):
            for name in WAYS:
                own = ["--way", name, "--tomogram", str(tomogram)]
                found[name].append(in_own_process([*same, *own]))
        gigabytes = tomogram.stat().st_size / 1e9
    print_table(found, f"{boxes} boxes of {box_px}^3 from {gigabytes:.2f} GB, medians of {rounds}")


def print_table(found: dict[str, list[dict[str, float]]], title: str) -> None:
    medians = {
        name: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        for name, runs in found.items()
    }
    boxes = int(title.split()[0])
    table = Table(title=title)
    for column in ("way", "boxes/s", "x its loop", "peak, MB"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for name, loop in WAYS.items():
        one = medians[name]
        ratio = medians[loop]["seconds"] / one["seconds"]
        rate, peak = boxes / one["seconds"], one["peak_MB"]
        table.add_row(name, f"{rate:,.0f}", f"{ratio:.2f}", f"{peak:,.0f}")
    Console(width=100).print(table)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    click.echo(f"{os.cpu_count()} cores, load average {load}")


if __name__ == "__main__":
    main()
