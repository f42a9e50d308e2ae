"""What cryoal's training loop costs beside a bare torch loop over the same tensors.

    python benchmarks/training.py [--steps 30] [--box 24] [--repeats 5] [--threads 2]

Three ways take turns: the bare loop (model, loss, optimiser and schedule of the recipe on tensors
that are ready), ``cryoal.learning.train`` with augmentation and low-pass off, which does the same
work, and with the default recipe, which also draws and filters the views. Medians.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

import models3d
from cryoal.augmentation_settings import AugmentationSettings
from cryoal.learning.devices import make_fabric
from cryoal.learning.preparation import Preparation
from cryoal.learning.recipe import Recipe
from cryoal.learning.train import make_optimizer, make_schedule, train
from cryoal.pools import SubtomogramPool

CLASSES = 10
ITEMS = 200


class NoisePool(SubtomogramPool):
    """Noise volumes in memory."""

    def __init__(self, box_px: int) -> None:
        self.ids = [str(number) for number in range(ITEMS)]
        self.labels = np.arange(ITEMS) % CLASSES
        self.classes = [str(label) for label in range(CLASSES)]
        self.groups = None
        self.item_shape = (1, box_px, box_px, box_px)
        self.contrast = "bright"
        self.source = Path("noise")
        generator = torch.Generator().manual_seed(0)
        self.items = torch.randn(ITEMS, *self.item_shape, generator=generator)

    def read(self, indices: npt.NDArray[np.int64]) -> torch.Tensor:
        return self.items[torch.from_numpy(np.asarray(indices))]


def bare_loop(pool: NoisePool, recipe: Recipe) -> None:
    model = models3d.build("compact", 1, CLASSES, pool.item_shape[-1]).train()
    optimizer = make_optimizer([model], recipe)
    schedule = make_schedule(optimizer, recipe, recipe.min_steps)
    targets = torch.from_numpy(pool.labels)
    for _ in range(recipe.min_steps):
        picked = torch.randint(ITEMS, (recipe.batch_size,))
        batch = pool.items[picked].contiguous(memory_format=torch.channels_last_3d)
        loss = F.cross_entropy(model(batch), targets[picked], label_smoothing=0.1)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()


def cryoal_loop(pool: NoisePool, recipe: Recipe) -> None:
    model = models3d.build("compact", 1, CLASSES, pool.item_shape[-1])
    fabric = make_fabric("cpu", "32-true")
    train(model, Preparation(pool, recipe), np.arange(ITEMS), pool.labels, fabric, seed=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--box", type=int, default=24)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    pool = NoisePool(arguments.box)
    length = {"min_steps": arguments.steps, "min_epochs": 1}
    off = AugmentationSettings(rotations="none", shift_px=0, noise_std=0)
    plain = Recipe(**length, lowpass_px=0, augmentation=off)
    ways = {
        "bare torch loop": lambda: bare_loop(pool, plain),
        "cryoal, same work": lambda: cryoal_loop(pool, plain),
        "cryoal, default recipe": lambda: cryoal_loop(pool, Recipe(**length)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(arguments.repeats + 1):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            if turn:  # the first turn warms up
                seconds[name].append(time.perf_counter() - started)
    bare = seconds["bare torch loop"]
    for name, times in seconds.items():
        ratio = statistics.median([one / two for one, two in zip(times, bare, strict=True)])
        step = statistics.median(times) / arguments.steps
        print(f"{name:24} {1000 * step:8.1f} ms a step   {ratio:5.2f} x bare")


if __name__ == "__main__":
    main()
