"""Accuracy and time of predictions that are the mean over turned copies of each item.

    python benchmarks/views.py --pool study-pools/even.h5 --seeds 0,1,2

A model is trained by the default recipe on random labels of each class, and the items that it did
not see are predicted as they lie in the file and from 1, 2, 4 ... turned copies.
"""

from __future__ import annotations

import time
from pathlib import Path

import click
import numpy as np

from cryoal.augmentation_settings import AugmentationSettings
from cryoal.learning.checkpoint import ModelDescription
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.recipe import Recipe
from cryoal.learning.train import train
from cryoal.pools import SubtomogramPool, open_subtomograms

VIEWS = (1, 2, 4, 8, 16, 32)


@click.command()
@click.option("--pool", "source", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--model", default="compact", show_default=True)
@click.option("--per-class", default=5, show_default=True, help="labels of each class")
@click.option("--test", default=1000, show_default=True, help="other items, predicted")
@click.option("--steps", default=300, show_default=True)
@click.option("--precision", default="32-true", show_default=True)
@click.option("--seeds", default="0,1,2", show_default=True)
def main(
    source: Path, model: str, per_class: int, test: int, steps: int, precision: str, seeds: str
) -> None:
    """Print a line for each seed and number of views."""
    pool = open_subtomograms(source)
    recipe = Recipe(min_steps=steps, min_epochs=1, precision=precision)
    click.echo("seed  views  accuracy  s / 1,000 items")
    for seed in map(int, seeds.split(",")):
        measure(pool, model, recipe, per_class, test, seed)


def measure(
    pool: SubtomogramPool, model_name: str, recipe: Recipe, per_class: int, test: int, seed: int
) -> None:
    """Train once and predict in all ways."""
    order = np.random.default_rng(seed).permutation(len(pool))
    labels = pool.labels[order]
    classes = range(len(pool.classes))
    first = np.concatenate([np.flatnonzero(labels == label)[:per_class] for label in classes])
    known, others = order[first], np.delete(order, first)[:test]
    fabric = make_fabric("cpu", recipe.precision)
    description = ModelDescription(
        model_name, pool.item_shape, tuple(pool.classes), pool.contrast, pool.voxel_size_A, 1.0
    )
    model = description.build(seed)
    train(model, Preparation(pool, recipe), known, pool.labels[known], fabric, seed)
    as_it_lies = recipe.model_copy(update={"augmentation": AugmentationSettings(rotations="none")})
    for name, way, views in [
        ("none", as_it_lies, 1),
        *((str(number), recipe, number) for number in VIEWS),
    ]:
        started = time.perf_counter()
        outputs = compute_outputs(model, Preparation(pool, way), others, fabric, views=views)
        seconds = (time.perf_counter() - started) * 1000 / len(others)
        right = np.mean(outputs.logits.argmax(1).numpy() == pool.labels[others])
        click.echo(f"{seed:4d}  {name:>5}  {right:8.3f}  {seconds:15.1f}")


if __name__ == "__main__":
    main()
