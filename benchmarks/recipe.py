"""Ablation of the training recipe at few labels a class; the table in docs/recipe.md.

    python benchmarks/recipe.py --templates DIR --out FILE.csv

Simulates a pool from density maps (SNR 0.05, +-60 degrees), trains the
compact model on 5, 10 and 20 random labels a class and measures accuracy on held-out items.
Rows are appended as they come; a row that is there already is not computed again, so a study
that was stopped goes on with the same command. At the end the table is printed, mean over seeds.
"""

from __future__ import annotations

import csv
import tempfile
import time
from pathlib import Path

import click
import numpy as np
import torch

from cryoal.learning.checkpoint import ModelDescription
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.recipe import AugmentationSettings, Recipe
from cryoal.learning.train import train
from cryoal.pools import open_pool
from cryoal.pools.pool import Pool
from cryoal.simulation.pool import simulate_pool

STRUCTURES = ["1bxn", "1qvr", "1u6g", "2cg9", "3cf3", "3d2f", "3h84", "4cr2", "4v94", "5mrc"]
TRAIN_PER_CLASS, TEST_PER_CLASS = 60, 40
FIELDS = ["model", "recipe", "per_class", "seed", "accuracy", "train_accuracy", "steps", "seconds"]


def recipe(augmentation: dict[str, object] | None = None, **changes: object) -> Recipe:
    base: dict[str, object] = {"augmentation": AugmentationSettings(**(augmentation or {}))}
    return Recipe(**{"epochs": None, "min_steps": 400, "min_epochs": 1, **base, **changes})


NO_AUGMENTATION = {"rotations": "none", "shift_px": 0, "noise_std": 0.0}
RECIPES = {
    "default": recipe(),
    "weak: no augmentation, 40 epochs": recipe(
        NO_AUGMENTATION, epochs=40, lowpass_px=0.0, label_smoothing=0.0
    ),
    "no augmentation": recipe(NO_AUGMENTATION),
    "wedge rotations": recipe({"rotations": "wedge"}),
    "no rotations": recipe({"rotations": "none"}),
    "no shifts": recipe({"shift_px": 0}),
    "no noise": recipe({"noise_std": 0.0}),
    "no low-pass": recipe(lowpass_px=0.0),
    "low-pass 1 px": recipe(lowpass_px=1.0),
    "no smoothing": recipe(label_smoothing=0.0),
    "100 steps": recipe(min_steps=100),
    "800 steps": recipe(min_steps=800),
    "noise up to 1": recipe({"noise_std": 1.0}),
    "learning rate 0.001": recipe(learning_rate=1e-3),
    "learning rate 0.01": recipe(learning_rate=1e-2),
    "SGD 0.1": recipe(optimizer="sgd", learning_rate=0.1, weight_decay=5e-4),
}


@click.command()
@click.option("--templates", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--recipes", default="all", help="names separated by semicolons, or all")
@click.option("--models", default="compact", help="comma-separated names")
@click.option("--per-class", default="5,10,20", help="labels a class")
@click.option("--seeds", default=2)
@click.option("--box", default=24)
@click.option("--voxel", default=17.5, help="Angstrom")
@click.option("--snr", default=0.05)
@click.option("--threads", default=1)
def main(
    templates: Path,
    out: Path,
    recipes: str,
    models: str,
    per_class: str,
    seeds: int,
    box: int,
    voxel: float,
    snr: float,
    threads: int,
) -> None:
    torch.set_num_threads(threads)
    names = list(RECIPES) if recipes == "all" else recipes.split(";")
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(seeds):
            path = simulate_pool(
                [templates / f"{name}.mrc" for name in STRUCTURES],
                Path(folder) / str(seed),
                snrs=[snr],
                per_class=TRAIN_PER_CLASS + TEST_PER_CLASS,
                box_px=box,
                voxel_size_A=voxel,
                seed=seed,
                mode="float16",
            )
            pool = open_pool(path)
            for count in [int(text) for text in per_class.split(",")]:
                for name in names:
                    for model in models.split(","):
                        cell(pool, out, model, name, count, seed)
    print_table(out)


def cell(pool: Pool, out: Path, model: str, name: str, per_class: int, seed: int) -> None:
    """Train and evaluate once, unless the row is there."""
    key = [model, name, str(per_class), str(seed)]
    rows = list(csv.reader(out.open())) if out.exists() else []
    if any(row[:4] == key for row in rows):
        return
    started = time.perf_counter()
    accuracy, train_accuracy, steps = fit(pool, model, RECIPES[name], per_class, seed)
    row = [*key, f"{accuracy:.4f}", f"{train_accuracy:.4f}", str(steps)]
    with out.open("a", newline="") as file:
        writer = csv.writer(file)
        if not rows:
            writer.writerow(FIELDS)
        writer.writerow([*row, f"{time.perf_counter() - started:.1f}"])
    click.echo(" ".join(row))


def fit(
    pool: Pool, model_name: str, recipe: Recipe, per_class: int, seed: int
) -> tuple[float, float, int]:
    """Accuracy on the held-out items, on the last training views, and optimiser steps."""
    generator = np.random.default_rng(seed)
    chosen, held_out = [], []
    for label in range(len(pool.classes)):
        members = generator.permutation(np.flatnonzero(pool.labels == label))
        held_out.append(members[:TEST_PER_CLASS])
        chosen.append(members[TEST_PER_CLASS : TEST_PER_CLASS + per_class])
    labelled, test = np.concatenate(chosen), np.concatenate(held_out)
    description = ModelDescription(
        model_name,
        1,
        pool.item_shape[-1],
        tuple(pool.classes),
        "bright",
        None,
        recipe.lowpass_px,
    )
    model = description.build(seed)
    fabric = make_fabric("cpu", recipe.precision)
    preparation = Preparation(pool, recipe)
    result = train(model, preparation, labelled, pool.labels[labelled], fabric, seed)
    outputs = compute_outputs(model, preparation, test, fabric)
    predicted = outputs.logits.argmax(1).numpy()
    return float(np.mean(predicted == pool.labels[test])), result.accuracy, result.steps


def print_table(out: Path) -> None:
    """Mean accuracy over seeds and mean seconds, as Markdown."""
    with out.open() as file:
        rows = list(csv.DictReader(file))
    counts = sorted({int(row["per_class"]) for row in rows})
    heads = [f"{count} a class" for count in counts]
    click.echo("| " + " | ".join(["model", "recipe", *heads, "seeds", "s a training"]) + " |")
    click.echo("| --- | --- |" + " --- |" * (len(counts) + 2))
    for model, name in dict.fromkeys((row["model"], row["recipe"]) for row in rows):
        own = [row for row in rows if (row["model"], row["recipe"]) == (model, name)]
        cells = [
            mean([row["accuracy"] for row in own if row["per_class"] == str(c)]) for c in counts
        ]
        seeds = len({row["seed"] for row in own})
        seconds = np.mean([float(row["seconds"]) for row in own])
        click.echo(f"| {model} | {name} | {' | '.join(cells)} | {seeds} | {seconds:.0f} |")


def mean(values: list[str]) -> str:
    return f"{np.mean([float(value) for value in values]):.3f}" if values else ""


if __name__ == "__main__":
    main()
