"""Classes that a first query finds: spread over the data against random; docs/labelling-statistics.

    python benchmarks/cold_start.py --templates DIR [--seeds 20]

Simulates pools from density maps and from the built-in assemblies, draws from each a pool of some
600 items for every seed, and compares ``diverse_start`` with the mean of 100 random queries of
the same pool: classes covered and their effective number (exponential of the entropy of their
shares), each difference with its 95 % interval over the seeds. The mixes: ``uneven`` has 37 % of
one class down to 1.5 % of the rarest, dealt anew to the classes each seed; ``even`` has as many of
each. To some pools odd boxes are added, each odd in its own way (bright or dark balls, edges,
membranes, hot voxels of 0.7 to 8 times the noise and more); they count as no class.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
import torch
from scipy import stats
from study_pools import STRUCTURES

from cryoal.pools import SubtomogramPool
from cryoal.runs.balance import effective_classes
from cryoal.runs.cold_start import diverse_start
from cryoal.simulation.assemblies import BUILTIN
from cryoal.simulation.subtomograms import simulate_arrays

SHARES = np.array([0.37, 0.22, 0.15, 0.09, 0.055, 0.037, 0.03, 0.022, 0.015, 0.015])
SIZES = (10, 20, 40)
ITEMS = 600
RANDOM_QUERIES = 100
ODD = -1

Volumes = npt.NDArray[np.float32]


class ArrayPool(SubtomogramPool):
    """Volumes in memory; a label of -1 marks an odd box."""

    def __init__(self, volumes: Volumes, labels: npt.NDArray[np.int64]) -> None:
        self.ids = [str(number) for number in range(len(volumes))]
        self.labels = labels
        self.classes = [str(label) for label in range(int(labels.max()) + 1)]
        self.groups = None
        self.item_shape = (1, *volumes.shape[1:])
        self.contrast = "bright"
        self.volumes = torch.from_numpy(volumes)

    def read(self, indices: npt.NDArray[np.int64]) -> torch.Tensor:
        return self.volumes[torch.from_numpy(np.asarray(indices))].unsqueeze(1)


@click.command()
@click.option("--templates", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--seeds", default=20)
@click.option("--threads", default=1)
def main(templates: Path, seeds: int, threads: int) -> None:
    torch.set_num_threads(threads)
    maps = [templates / f"{name}.mrc" for name in STRUCTURES]
    sources = {
        "10 maps, SNR 0.1": (maps, 0.1, 24, 17.5),
        "10 maps, SNR 0.05": (maps, 0.05, 24, 17.5),
        "10 maps, SNR 0.05, 32 px": (maps, 0.05, 32, 13.0),
        "9 built-in, SNR 0.05": (list(BUILTIN.values()), 0.05, 24, 17.5),
    }
    click.echo("| pool | mix | odd boxes | query | random | gain | effective, random | gain |")
    click.echo("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, (structures, snr, box_px, voxel_size_A) in sources.items():
        volumes, labels, _ = simulate_arrays(
            structures,
            snr=snr,
            per_class=230,
            box_px=box_px,
            voxel_size_A=voxel_size_A,
            seed=0,
        )
        for uneven in (True, False):
            for odd in (0.0, 0.05, 0.15):
                measure(name, volumes, labels, uneven, odd, seeds)


def measure(
    name: str,
    volumes: Volumes,
    labels: npt.NDArray[np.int64],
    uneven: bool,
    odd: float,
    seeds: int,
) -> None:
    """Print a row for each size of query."""
    random, diverse = np.empty((2, seeds, len(SIZES), 2))
    for seed in range(seeds):
        generator = np.random.default_rng(seed)
        pool = draw_pool(volumes, labels, uneven, odd, generator)
        orders = [generator.permutation(len(pool)) for _ in range(RANDOM_QUERIES)]
        random[seed] = np.mean([coverages(pool.labels[order]) for order in orders], axis=0)
        chosen = diverse_start(pool, np.arange(len(pool)), max(SIZES), seed)
        diverse[seed] = coverages(pool.labels[chosen])
    for at, count in enumerate(SIZES):
        cells = []
        for quantity in (0, 1):
            base = random[:, at, quantity]
            cells += [f"{base.mean():.1f}", interval(diverse[:, at, quantity] - base)]
        mix = "uneven" if uneven else "even"
        click.echo(f"| {name} | {mix} | {odd:.0%} | {count} | {' | '.join(cells)} |")


def coverages(labels: npt.NDArray[np.int64]) -> list[tuple[float, float]]:
    """Coverage of queries of each size; an order of choice begins with the smaller ones."""
    return [coverage(labels[:count]) for count in SIZES]


def coverage(labels: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Classes present and their effective number, odd boxes aside."""
    known = labels[labels != ODD]
    if len(known) == 0:
        return 0.0, 0.0
    return float(len(np.unique(known))), effective_classes(known)


def interval(differences: npt.NDArray[np.float64]) -> str:
    """Mean paired difference and its 95 % interval (Student)."""
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    half = float(stats.t.ppf(0.975, len(differences) - 1)) * error
    mean = differences.mean()
    return f"{mean:+.2f} ({mean - half:+.2f} to {mean + half:+.2f})"


def draw_pool(
    volumes: Volumes,
    labels: npt.NDArray[np.int64],
    uneven: bool,
    odd: float,
    generator: np.random.Generator,
) -> ArrayPool:
    """Part of the simulated items, in the mix asked for, and the odd boxes after them."""
    classes = int(labels.max()) + 1
    counts = np.full(classes, ITEMS // classes)
    if uneven:
        counts = np.round(ITEMS * SHARES[:classes]).astype(int)
    chosen = np.concatenate(
        [
            generator.permutation(np.flatnonzero(labels == label))[:count]
            for label, count in zip(generator.permutation(classes), counts, strict=True)
        ]
    )
    added = odd_boxes(round(odd * len(chosen)), volumes.shape[-1], generator)
    marks = np.full(len(added), ODD)
    return ArrayPool(
        np.concatenate([volumes[chosen], added]), np.concatenate([labels[chosen], marks])
    )


def odd_boxes(count: int, box_px: int, generator: np.random.Generator) -> Volumes:
    """What a picker takes for particles: (count, Z, Y, X), noise of variance 1 and an artefact."""
    boxes = generator.standard_normal((count, box_px, box_px, box_px))
    grid = np.indices((box_px,) * 3) - box_px // 2
    reach = box_px / 3
    for number, box in enumerate(boxes):
        strength = np.exp(generator.uniform(np.log(0.7), np.log(8)))
        sign = generator.choice([-1, 1])
        direction = generator.standard_normal(3)
        direction /= np.linalg.norm(direction)
        along = np.tensordot(direction, grid, 1) - generator.uniform(-reach, reach)
        match number % 4:
            case 0:
                centre = generator.uniform(-reach, reach, (3, 1, 1, 1))
                radius = generator.uniform(0.08, 0.2) * box_px
                box += 2 * sign * strength * (np.square(grid - centre).sum(axis=0) < radius**2)
            case 1:
                box += strength * (along > 0)
            case 2:
                box += strength * np.exp(-np.square(np.abs(along) - 1.5))
            case _:
                places = generator.integers(0, box_px, (3, generator.integers(1, 20)))
                box[tuple(places)] += 15 * sign * strength
    return boxes.astype(np.float32)


if __name__ == "__main__":
    main()
