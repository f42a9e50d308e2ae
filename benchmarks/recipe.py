"""Ablation of the training recipe at few labels a class; the table in docs/recipe.md.

    python benchmarks/recipe.py --pool study-pools/even.h5 --out FILE.csv

Trains a model on some random labels of each class and measures accuracy on other items.
Rows are appended as they come; a row that is there already is not computed again, so a study
that was stopped goes on with the same command. At the end the table is printed, mean over seeds.
"""

from __future__ import annotations

import csv
import time
from pathlib import Path

import click
import numpy as np
import torch

from cryoal.augmentation_settings import AugmentationSettings
from cryoal.learning.checkpoint import ModelDescription
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.recipe import Recipe
from cryoal.learning.train import TrainingResult, train
from cryoal.pools import SubtomogramPool, open_subtomograms

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
    "noise up to 0.5": recipe({"noise_std": 0.5}),
    "noise up to 2": recipe({"noise_std": 2.0}),
    "learning rate 0.001": recipe(learning_rate=1e-3),
    "learning rate 0.003": recipe(learning_rate=3e-3),
    "learning rate 0.02": recipe(learning_rate=2e-2),
    "learning rate 0.04": recipe(learning_rate=4e-2),
    "balanced class weights": recipe(class_weights="balanced"),
    "smoothing 0.2": recipe(label_smoothing=0.2),
    "weight decay 0.3": recipe(weight_decay=0.3),
    "batches of 16, 800 steps": recipe(batch_size=16, min_steps=800),
    "batches of 16, 1,600 steps": recipe(batch_size=16, min_steps=1600),
    "1,600 steps": recipe(min_steps=1600),
    "SGD 0.1": recipe(optimizer="sgd", learning_rate=0.1, weight_decay=5e-4),
}


@click.command()
@click.option("--pool", "source", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--recipes", default="all", help="names separated by semicolons, or all")
@click.option("--models", default="compact", show_default=True, help="comma-separated names")
@click.option("--per-class", default="5,10,20", show_default=True, help="labels a class")
@click.option("--random", is_flag=True, help="as many labels in all, drawn without regard to class")
@click.option("--test", default=1000, show_default=True, help="other items, predicted")
@click.option("--seeds", default="0,1,2", show_default=True)
@click.option("--precision", default="32-true", show_default=True)
@click.option("--threads", default=1, show_default=True)
def main(
    source: Path,
    out: Path,
    recipes: str,
    models: str,
    per_class: str,
    random: bool,
    test: int,
    seeds: str,
    precision: str,
    threads: int,
) -> None:
    """Measure what is not measured yet, and print the table."""
    torch.set_num_threads(threads)
    names = list(RECIPES) if recipes == "all" else recipes.split(";")
    pool = open_subtomograms(source)
    for seed in map(int, seeds.split(",")):
        for count in map(int, per_class.split(",")):
            for name in names:
                for model in models.split(","):
                    cell(pool, out, model, name, precision, count, random, test, seed)
    print_table(out)


def cell(
    pool: SubtomogramPool,
    out: Path,
    model: str,
    name: str,
    precision: str,
    per_class: int,
    random: bool,
    test: int,
    seed: int,
) -> None:
    """Train and evaluate once, unless the row is there."""
    key = [model, name, str(per_class), str(seed)]
    rows = list(csv.reader(out.open())) if out.exists() else []
    if any(row[:4] == key for row in rows):
        return
    changed = RECIPES[name].model_copy(update={"precision": precision})
    started = time.perf_counter()
    accuracy, trained = fit(pool, model, changed, per_class, random, test, seed)
    row = [*key, f"{accuracy:.4f}", f"{trained.accuracy:.4f}", str(trained.steps)]
    with out.open("a", newline="") as file:
        writer = csv.writer(file)
        if not rows:
            writer.writerow(FIELDS)
        writer.writerow([*row, f"{time.perf_counter() - started:.1f}"])
    click.echo(" ".join(row))


def fit(
    pool: SubtomogramPool,
    model_name: str,
    recipe: Recipe,
    per_class: int,
    random: bool,
    test: int,
    seed: int,
) -> tuple[float, TrainingResult]:
    """Accuracy on items that the model did not see, and how its training went."""
    order = np.random.default_rng(seed).permutation(len(pool))
    labels = pool.labels[order]
    classes = range(len(pool.classes))
    first = np.concatenate([np.flatnonzero(labels == label)[:per_class] for label in classes])
    if random:
        first = np.arange(per_class * len(classes))
    known, others = order[first], np.delete(order, first)[:test]
    description = ModelDescription(
        model_name,
        pool.item_shape,
        tuple(pool.classes),
        pool.contrast,
        pool.voxel_size_A,
        recipe.lowpass_px,
    )
    model = description.build(seed)
    fabric = make_fabric("cpu", recipe.precision)
    preparation = Preparation(pool, recipe)
    result = train(model, preparation, known, pool.labels[known], fabric, seed)
    predicted = compute_outputs(model, preparation, others, fabric).logits.argmax(1).numpy()
    return float(np.mean(predicted == pool.labels[others])), result


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
