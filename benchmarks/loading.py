"""How fast pools are opened and read, beside h5py alone.

    python benchmarks/loading.py [--items 2000] [--box 32] [--repeats 7]

Makes a pool of noise in a temporary folder, packs it as float32 and float16, and times reading it
in order, in batches. The ways take turns, so that whatever else the machine does falls on all of
them; the table holds medians, and ratios of rates to h5py reading the same bytes. float16 is
widened to float32 on the way, so its row is also set beside h5py and numpy doing that.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import mrcfile
import numpy as np
from rich.console import Console
from rich.table import Table

from cryoal.pools import SubtomogramPool, open_subtomograms, pack_pool

BATCH = 64


def make_pool(folder: Path, items: int, box_px: int) -> Path:
    """Noise volumes in two class folders."""
    rng = np.random.default_rng(0)
    for number in range(items):
        path = folder / "pool" / "ab"[number % 2] / f"tomotarget{number}.mrc"
        path.parent.mkdir(parents=True, exist_ok=True)
        with mrcfile.new(path) as mrc:
            mrc.set_data(rng.standard_normal((box_px,) * 3, dtype=np.float32))
            mrc.voxel_size = 10.0
    return folder / "pool"


def read_pool(pool: SubtomogramPool) -> None:
    for start in range(0, len(pool), BATCH):
        pool.read(np.arange(start, min(start + BATCH, len(pool))))


def read_pool_shuffled(pool: SubtomogramPool) -> None:
    order = np.random.default_rng(0).permutation(len(pool))
    for start in range(0, len(pool), BATCH):
        pool.read(order[start : start + BATCH])


def read_h5py(path: Path, widen: bool = False) -> None:
    with h5py.File(path, "r") as file:
        volumes = file["volumes"]
        for start in range(0, len(volumes), BATCH):
            batch = volumes[start : start + BATCH]
            if widen:
                batch.astype(np.float32)


def medians(ways: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median seconds of each way, all ways in turn; one round to warm up is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for round_number in range(repeats + 1):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            if round_number:
                seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(times) for name, times in seconds.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--box", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = make_pool(folder, arguments.items, arguments.box)
        wide, half = folder / "float32.h5", folder / "float16.h5"
        mrc = open_subtomograms(source)
        pack_pool(mrc, wide, "float32")
        pack_pool(mrc, half, "float16")
        packed_wide, packed_half = open_subtomograms(wide), open_subtomograms(half)
        seconds = medians(
            {
                "float32: h5py": lambda: read_h5py(wide),
                "float32: packed pool": lambda: read_pool(packed_wide),
                "float32: packed pool, shuffled": lambda: read_pool_shuffled(packed_wide),
                "float16: h5py": lambda: read_h5py(half),
                "float16: h5py, widened by numpy": lambda: read_h5py(half, widen=True),
                "float16: packed pool (widened)": lambda: read_pool(packed_half),
                "folder of MRC": lambda: read_pool(mrc),
                "open folder of MRC": lambda: open_subtomograms(source),
                "open packed": lambda: open_subtomograms(half),
            },
            arguments.repeats,
        )
    print_table(seconds, arguments.items, arguments.box)


def print_table(seconds: dict[str, float], items: int, box_px: int) -> None:
    table = Table(title=f"{items} items of {box_px}^3, batches of {BATCH}, medians")
    for column in ("way", "items/s", "x h5py, same bytes", "x h5py to float32"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for name, taken in seconds.items():
        dtype = "float16" if name.startswith("float16") else "float32"
        widened = "float16: h5py, widened by numpy" if dtype == "float16" else "float32: h5py"
        ratios = [seconds[f"{dtype}: h5py"] / taken, seconds[widened] / taken]
        is_opening = name.startswith("open")
        shown = ["", ""] if is_opening else [f"{ratio:.2f}" for ratio in ratios]
        table.add_row(name, f"{items / taken:,.0f}", *shown)
    console = Console(width=100)
    console.print(table)
    peak_MB = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"peak memory of the process {peak_MB:.0f} MB")


if __name__ == "__main__":
    main()
