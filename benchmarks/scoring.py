"""Memory and rate of scoring a large packed pool.

    python benchmarks/scoring.py [--items 1000,50000] [--box 24] [--scheme entropy] [--threads 2]

Packs noise volumes, then scores each size in a process of its own with the compact model and
prints the peak memory of the process, what it adds over the smallest size, and the rate.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cryoal import strategies
from cryoal.learning.checkpoint import ModelDescription
from cryoal.learning.devices import make_fabric
from cryoal.learning.preparation import Preparation
from cryoal.learning.recipe import Recipe
from cryoal.pools import SubtomogramPool, open_subtomograms, pack_pool
from cryoal.runs.scoring import Surveyor
from cryoal.runs.settings import RunSettings
from cryoal.strategies import Workshop


class NoisePool(SubtomogramPool):
    """Noise volumes made when they are read; a hundred distinct ones, repeated."""

    def __init__(self, items: int, box_px: int) -> None:
        self.ids = [str(number) for number in range(items)]
        self.labels = np.full(items, -1)
        self.classes = []
        self.groups = None
        self.item_shape = (1, box_px, box_px, box_px)
        self.contrast = "bright"
        self.voxel_size_A = 10.0
        self.fingerprint = "noise"
        self.source = Path("noise")
        self.distinct = torch.randn(100, *self.item_shape)

    def read(self, indices: npt.NDArray[np.int64]) -> torch.Tensor:
        return self.distinct[torch.from_numpy(np.asarray(indices)) % len(self.distinct)]


def score(path: Path, scheme: str, threads: int, results: multiprocessing.Queue[float]) -> None:
    torch.set_num_threads(threads)
    pool = open_subtomograms(path)
    classes = tuple("abcdefghij")
    model = ModelDescription("compact", pool.item_shape, classes, "bright", 10.0, 0.7)
    workshop = Workshop(
        model.build(0), Preparation(pool, Recipe()), make_fabric("cpu", "32-true"), model.build
    )
    strategy, settings = strategies.get(scheme).strategy(), RunSettings(data=str(path))
    surveyor = Surveyor(strategy, workshop, None, settings)
    nothing = np.array([], np.int64)
    started = time.perf_counter()
    surveyor.context(np.arange(len(pool)), nothing, nothing, seed=0)
    results.put(time.perf_counter() - started)
    results.put(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", default="1000,50000")
    parser.add_argument("--box", type=int, default=24)
    parser.add_argument("--scheme", default="entropy")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    first = None
    for items in (int(text) for text in arguments.items.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pool.h5"
            pack_pool(NoisePool(items, arguments.box), path)
            results = context.Queue()
            settings = (path, arguments.scheme, arguments.threads, results)
            process = context.Process(target=score, args=settings)
            process.start()
            seconds, peak_MB = results.get(), results.get()
            process.join()
        first = peak_MB if first is None else first
        print(
            f"{items:>8} items of {arguments.box}^3: peak {peak_MB:6.0f} MB "
            f"({peak_MB - first:+.0f} MB), {items / seconds:6.0f} items/s",
            flush=True,
        )


if __name__ == "__main__":
    main()
